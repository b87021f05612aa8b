#!/bin/sh
# `docker run IMAGE --flag` and `docker run IMAGE script.js` mean node; anything that is a command runs as it is.
# The official image behaves so, and naive Dockerfiles inherit it.
set -e
case ${1-} in
    -*) set -- node "$@" ;;
    *)
        if ! command -v "${1-}" > /dev/null || { [ -f "$1" ] && ! [ -x "$1" ]; }; then
            set -- node "$@"
        fi
        ;;
esac
exec "$@"
