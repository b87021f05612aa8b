# dependencies: the public packages
FROM node:24-trixie AS dependencies
WORKDIR /app
RUN --mount=type=bind,source=package.json,target=package.json \
    --mount=type=bind,source=package-lock.json,target=package-lock.json \
    --mount=type=bind,source=.npmrc,target=.npmrc \
    --mount=type=cache,id=buildkit-npm,target=/root/.npm \
    npm ci

# tides: the private package; with-registry.mjs stands in for the company's registry
FROM node:24-trixie-slim AS tides
WORKDIR /tides
COPY tides/npm .
RUN --mount=type=bind,source=registry,target=/registry \
    --mount=type=secret,id=registry_token,required=true <<'END'
set -eu
REGISTRY_TOKEN="$(cat /run/secrets/registry_token)"
export REGISTRY_TOKEN
node /registry/with-registry.mjs npm ci
END

# build: our own code
FROM dependencies AS build
COPY package.json bundle.js tsconfig.json ./
COPY src src
RUN npm run bundle

# run
FROM node:24-trixie-slim
WORKDIR /app
COPY --link --from=tides /tides/node_modules/@harbour node_modules/@harbour
COPY --link --from=build /app/dist dist
EXPOSE 8080
CMD ["node", "dist/harbour-clock.cjs"]
