# buildpack-deps:trixie-curl, -scm and the full image: what people need to fetch, check out and compile.
# The package lists are those of the official images. Three stages of one file, so that one build shares all layers.
#
# Every RUN keeps apt's indexes and packages in cache mounts, so no layer holds them. The official images delete
# downloads in a hook (docker-clean); bases/files/keep-downloads.conf is laid over it for the length of a RUN.
FROM debian:trixie-slim AS curl
RUN --mount=type=cache,id=drydock-apt-buildpack,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=drydock-lists-buildpack,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=bind,source=files/keep-downloads.conf,target=/etc/apt/apt.conf.d/docker-clean \
    apt-get update -q && apt-get install -qy --no-install-recommends \
        ca-certificates \
        curl \
        gnupg \
        netbase \
        sq \
        tzdata \
        wget

FROM curl AS scm
RUN --mount=type=cache,id=drydock-apt-buildpack,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=drydock-lists-buildpack,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=bind,source=files/keep-downloads.conf,target=/etc/apt/apt.conf.d/docker-clean \
    apt-get update -q && apt-get install -qy --no-install-recommends \
        git \
        mercurial \
        openssh-client \
        procps \
        subversion

FROM scm AS full
RUN --mount=type=cache,id=drydock-apt-buildpack,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=drydock-lists-buildpack,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=bind,source=files/keep-downloads.conf,target=/etc/apt/apt.conf.d/docker-clean \
    apt-get update -q && apt-get install -qy --no-install-recommends \
        autoconf automake bzip2 default-libmysqlclient-dev dpkg-dev file g++ gcc imagemagick \
        libbz2-dev libc6-dev libcurl4-openssl-dev libdb-dev libevent-dev libffi-dev libgdbm-dev \
        libglib2.0-dev libgmp-dev libjpeg-dev libkrb5-dev liblzma-dev libmagickcore-dev \
        libmagickwand-dev libmaxminddb-dev libncurses-dev libpng-dev libpq-dev libreadline-dev \
        libsqlite3-dev libssl-dev libtool libwebp-dev libxml2-dev libxslt1-dev libyaml-dev \
        make patch unzip xz-utils zlib1g-dev
