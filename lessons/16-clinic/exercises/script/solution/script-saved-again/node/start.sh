#!/bin/sh
set -eu
# How much memory the heap may take is the deployment's to say.
export NODE_OPTIONS="--max-old-space-size=${HEAP_MB:-192}"
exec node dist/main.js
