# How small it gets when size is all that counts: an end point to learn from. Ship multi-stage.Dockerfile.
# The service is one byte in a hundred here and Node nearly all others, so little can be done. What is given up:
#
#   diagnosis: a crash inside Node, or a profile of it, shows addresses in place of names
#   what distroless has around Node: users, certificate authorities and zones as files, OpenSSL for others than Node
#   a list of contents: to a scanner there is no glibc in this image, vulnerable or not
#
# Where it stops: of Node's 108 MB, 44 are machine code and 33 the languages and regions of ICU, which is where zones come
# from. Both are compiled in. Node can be built --with-intl=small-icu, in English only, but that is a long build, and
# somebody has to repeat it for every release. Packed by UPX, Node starts several times slower.

# --- bundle: as in multi-stage.Dockerfile
FROM node:24-trixie AS bundle
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,id=harbour-clock-npm,target=/root/.npm \
    npm ci --no-audit --no-fund
COPY bundle.js tsconfig.json ./
COPY src src
ARG REVISION=unknown
RUN npm run bundle

# --- node: the executable without its symbol table, and the libraries it is linked to
FROM node:24-trixie AS node
RUN strip -o /node "$(command -v node)" \
 && install -D -t /ship/nodejs/bin /node
# ldd prints "name => path (address)", and of the loader only the path, which is fixed in the executable. Libraries may go
# to /lib, where the loader looks on every processor, under the names that Node asks for.
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
