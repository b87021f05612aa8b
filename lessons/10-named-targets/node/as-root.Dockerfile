FROM node:24-trixie AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,id=harbour-clock-npm,target=/root/.npm \
    npm ci --no-audit --no-fund
COPY . .
RUN npm run bundle

FROM node:24-trixie-slim AS production
COPY --from=build /app/dist/ /app/
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["node", "/app/harbour-clock.cjs"]

FROM production AS debug
USER root
RUN apt-get update && apt-get install --yes --no-install-recommends strace
USER 65532:65532
