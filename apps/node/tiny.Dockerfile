# How small it gets when size is all that counts: an end point to learn from. Ship multi-stage.Dockerfile.
# Node itself is 94 of 100 bytes, so little can be done. What is given up:
#
#   names in native stack traces: a crash inside Node, or a profile of it, shows addresses
#   function names in JavaScript stack traces: the bundle is minified with them
#   what distroless has around Node: certificate authorities, zones, users; Node brings its own of the first two
#   scanners' view: no list of packages says that there is a glibc in here, or which one
#
# Where it stops: 51 MB of Node's 108 are machine code with its tables, the rest is data: languages and regions for Intl
# (ICU, 32 MB), a start-up snapshot, JavaScript sources of Node. All of it is compiled in. A build of Node with
# --with-intl=small-icu would lose 27 MB; it takes hours, and somebody has to keep it up to date.

# --- bundle: as in multi-stage.Dockerfile, but for names of functions
FROM node:24-trixie AS bundle
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,id=harbour-clock-npm,target=/root/.npm \
    npm ci --no-audit --no-fund
COPY bundle.js tsconfig.json ./
COPY src src
ARG REVISION=unknown
RUN KEEP_NAMES=false npm run bundle

# --- node: the executable without its symbol table, and the libraries it is linked to
FROM node:24-trixie AS node
RUN strip -o /node "$(command -v node)" \
 && install -D -t /ship/nodejs/bin /node
# ldd prints "name => path (address)", and for the loader only its path. The loader searches what it was told to, and
# /lib on every processor; so the libraries are put there, under the names that Node asks for.
RUN mkdir -p /ship/lib \
 && ldd /node | awk '$2 == "=>" { print $3 }' | xargs cp --dereference --target-directory=/ship/lib \
 && ldd /node | awk '$1 ~ "^/" { print $1 }' | xargs -I '{}' install -D '{}' '/ship{}'

# --- the image
FROM scratch AS final
ARG REVISION=unknown
LABEL org.opencontainers.image.title="harbour-clock" \
      org.opencontainers.image.description="The harbour clock on Node.js, from as few bytes as Node allows" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="MIT"
COPY --from=node /ship/ /
COPY --from=bundle /app/dist/ /app/
ENV NODE_ENV=production
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
    CMD ["/nodejs/bin/node", "/app/harbour-clock.cjs", "health"]
ENTRYPOINT ["/nodejs/bin/node", "/app/harbour-clock.cjs"]
