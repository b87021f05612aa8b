FROM node:24-trixie AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,id=harbour-clock-npm,target=/root/.npm \
    npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM debian:trixie-slim AS tools
RUN apt-get update && apt-get install --yes --no-install-recommends busybox-static tini

# ---- how it starts
FROM node:24-trixie-slim AS everyday
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/package.json .
COPY --from=build /app/dist dist
EXPOSE 8080
CMD node dist/main.js

FROM everyday AS exec-in-shell
CMD exec node dist/main.js

FROM everyday AS exec-form
CMD ["node", "dist/main.js"]

FROM exec-form AS tini
COPY --from=tools /usr/bin/tini-static /tini
ENTRYPOINT ["/tini", "--"]
CMD ["node", "dist/main.js"]

# ---- what it may do
FROM exec-form AS numbered
RUN find / -xdev -type f -perm /6000 -exec chmod a-s {} +
USER 65532:65532

FROM exec-form AS borrowed
RUN cp /usr/bin/id /usr/local/bin/whose && chmod u+s /usr/local/bin/whose
USER 65532:65532

# ---- what a later RUN costs
FROM node:24-trixie-slim AS afterwards
RUN apt-get update && apt-get install --yes --no-install-recommends curl
RUN rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/package.json .
COPY --from=build /app/dist dist
RUN chown -R 65532:65532 /app
EXPOSE 8080
CMD ["node", "dist/main.js"]

FROM node:24-trixie-slim AS at-once
RUN apt-get update && apt-get install --yes --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build --chown=65532:65532 /app/node_modules node_modules
COPY --from=build --chown=65532:65532 /app/package.json .
COPY --from=build --chown=65532:65532 /app/dist dist
EXPOSE 8080
CMD ["node", "dist/main.js"]

# ---- who asks how it is
FROM exec-form AS no-curl
HEALTHCHECK --interval=1s --timeout=3s --retries=2 CMD curl --fail http://127.0.0.1:8080/health

FROM exec-form AS first-address
COPY --from=tools /usr/bin/busybox /usr/bin/wget
HEALTHCHECK --interval=2s --timeout=3s --start-period=8s --retries=2 CMD wget -qO- http://localhost:8080/health

FROM at-once AS no-status
HEALTHCHECK --interval=2s --timeout=3s --start-period=30s CMD curl --silent http://127.0.0.1:8080/helth

FROM gcr.io/distroless/nodejs24-debian13:nonroot AS no-shell
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/package.json .
COPY --from=build /app/dist dist
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=1s --timeout=3s --retries=2 CMD /nodejs/bin/node dist/main.js health
ENTRYPOINT ["/nodejs/bin/node", "dist/main.js"]
