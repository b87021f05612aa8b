#!/bin/sh
# fetch-wheel REQUIREMENT DIRECTORY: unpack one pinned, hashed wheel.
# A network that intercepts TLS needs the host's CA: it arrives as a build secret and is joined to the system's bundle
# in memory (/dev/shm), so that no layer ever holds it. Without the secret the system's bundle is all there is.
set -eu
printf '%s\n' "$1" > /dev/shm/requirement.txt
if [ -s /run/secrets/ca ]; then
    cat /etc/ssl/certs/ca-certificates.crt /run/secrets/ca > /dev/shm/ca.pem
    export PIP_CERT=/dev/shm/ca.pem
fi
exec pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-cache-dir --no-compile \
    --no-deps --only-binary=:all: --require-hashes --requirement /dev/shm/requirement.txt --target "$2"
