FROM node:24-trixie AS build
WORKDIR /app
COPY . .
RUN --mount=type=cache,id=harbour-clock-npm,target=/root/.npm \
    npm ci --no-audit --no-fund && npm run bundle

FROM node:24-trixie-slim
COPY --from=build /app/dist/ /app/
USER 65532:65532
EXPOSE 8080
CMD ["node", "/app/harbour-clock.cjs"]
