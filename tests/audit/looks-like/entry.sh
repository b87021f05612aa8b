#!/bin/sh
set -eu
if [ "${1:-}" = "shell" ]; then
  sh
fi
exec "$@"
