#!/bin/sh
# Packs what is mounted at /data.
set -eu
tar -czf "/tmp/backup-$(date +%F).tar.gz" -C /data .
