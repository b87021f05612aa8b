FROM node:24-trixie AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,id=gate-npm,target=/root/.npm \
    npm ci --no-audit --no-fund

# check: what has to hold before the service ships
FROM dependencies AS check
COPY eslint.config.js tsconfig.json ./
COPY src src
COPY test test
RUN npm run lint
RUN npm test
RUN touch /passed

# cli: a tool for the person on call, with one dependency of its own
FROM node:24-trixie AS cli
WORKDIR /cli
COPY cli .
RUN --mount=type=cache,id=gate-npm,target=/root/.npm \
    npm ci --no-audit --no-fund

# audit: known faults of that dependency; with-advisories.mjs stands in for npm's service
FROM cli AS audit
ARG DAY=unknown
RUN --mount=type=bind,source=audit,target=/audit \
    --mount=type=secret,id=today,required=true \
    node /audit/with-advisories.mjs npm audit
RUN touch /passed

# build: the service as JavaScript, a file for each source
FROM dependencies AS build
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build

# gated: what was built, once nothing speaks against it
FROM build AS gated
COPY --from=check /passed /gate/check
COPY --from=audit /passed /gate/audit

FROM gcr.io/distroless/nodejs24-debian13:nonroot AS production
COPY --from=cli /cli /cli
COPY --from=gated /app/dist /app
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/nodejs/bin/node", "/app/main.js"]
