FROM node:24-trixie AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,id=harbour-clock-npm,target=/root/.npm \
    npm ci --no-audit --no-fund

FROM dependencies AS build
COPY . .
RUN npm run bundle

FROM gcr.io/distroless/nodejs24-debian13:nonroot
COPY --from=build /app/dist/ /app/
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/nodejs/bin/node", "/app/harbour-clock.cjs"]
