FROM node:24-trixie AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,id=harbour-clock-npm,target=/root/.npm \
    npm ci --no-audit --no-fund

FROM dependencies AS sources
COPY . .

# Node runs TypeScript as it is, so this target compiles nothing. --watch restarts it after an edit.
FROM sources AS development
EXPOSE 8080
CMD ["node", "--watch", "src/main.ts"]

FROM sources AS test
RUN npm run format:check
RUN npm run lint
RUN npm run typecheck
RUN npm test

FROM sources AS build
RUN npm run bundle

FROM debian:trixie-slim AS tools
RUN apt-get update && apt-get install --yes --no-install-recommends busybox-static
RUN mkdir /tools && cp /bin/busybox /tools/ && /tools/busybox --install -s /tools

FROM gcr.io/distroless/nodejs24-debian13:nonroot AS release
COPY --from=build /app/dist/ /app/
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/nodejs/bin/node", "/app/harbour-clock.cjs"]

FROM release AS debug
COPY --from=tools /tools /tools
ENV PATH=/tools:$PATH

FROM release AS production
