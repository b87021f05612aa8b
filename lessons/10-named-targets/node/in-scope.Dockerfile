ARG REVISION=unknown

FROM node:24-trixie AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,id=harbour-clock-npm,target=/root/.npm \
    npm ci --no-audit --no-fund
COPY . .
ARG REVISION
# Not `npm run bundle`: bundle.js writes `unknown` in place of an empty revision, and so hides that one is missing.
RUN node node_modules/esbuild/bin/esbuild src/main.ts --bundle --platform=node \
    --define:REVISION="\"${REVISION}\"" --outfile=dist/harbour-clock.cjs

FROM gcr.io/distroless/nodejs24-debian13:nonroot
COPY --from=build /app/dist/ /app/
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/nodejs/bin/node", "/app/harbour-clock.cjs"]
