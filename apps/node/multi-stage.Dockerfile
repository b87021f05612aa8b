# The dependencies are a stage of their own, so that the bundle and the checks start from the same ones.
FROM node:24-trixie AS dependencies
WORKDIR /app
# The manifests alone: this layer is made again when a dependency changes, not when a source does.
COPY package.json package-lock.json .npmrc ./
# npm keeps what it downloaded in a cache of the builder's, which never becomes part of a layer.
RUN --mount=type=cache,id=harbour-clock-npm,target=/root/.npm \
    npm ci --no-audit --no-fund

# Compiler, linter and formatter have done their work when the bundle is written; none of them goes further than this.
FROM dependencies AS build
COPY bundle.js tsconfig.json ./
COPY src src
# Declared as late as possible: a new revision repeats what follows, and nothing before.
ARG REVISION=unknown
RUN npm run bundle

# Not part of the image: `docker buildx build --target check` proves the app on a machine that has no Node.
FROM dependencies AS check
COPY . .
RUN npm run format:check
RUN npm run lint
RUN npm run typecheck
RUN npm test

# Node and the libraries it is linked to: no npm, no package manager, no shell.
FROM gcr.io/distroless/nodejs24-debian13:nonroot AS final
ARG REVISION=unknown
LABEL org.opencontainers.image.title="harbour-clock" \
      org.opencontainers.image.description="The harbour clock on Node.js: time in any zone, answered from a container" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="MIT"
# One file holds the service and every package it imports, so the image needs no node_modules; the other, their licences.
COPY --from=build /app/dist/ /app/
ENV NODE_ENV=production
# By number, because an orchestrator that must not run root cannot tell who a name is.
USER 65532:65532
EXPOSE 8080
# The service probes itself: there is no shell and no curl to do it.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
    CMD ["/nodejs/bin/node", "/app/harbour-clock.cjs", "health"]
# Node itself is process 1 and gets the signals; npm in front of it would be one more process to pass them on.
ENTRYPOINT ["/nodejs/bin/node", "/app/harbour-clock.cjs"]
