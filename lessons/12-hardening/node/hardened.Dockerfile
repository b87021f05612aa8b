FROM node:24-trixie AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,id=harbour-clock-npm,target=/root/.npm \
    npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM gcr.io/distroless/nodejs24-debian13:nonroot
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/package.json .
COPY --from=build /app/dist dist
LABEL org.opencontainers.image.title="harbour-clock" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.licenses="MIT"
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["/nodejs/bin/node", "dist/main.js", "health"]
ENTRYPOINT ["/nodejs/bin/node", "dist/main.js"]
ARG REVISION=unknown
LABEL org.opencontainers.image.revision="$REVISION"
