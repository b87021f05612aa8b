FROM node:24-trixie AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,id=harbour-clock-npm,target=/root/.npm \
    npm ci --no-audit --no-fund
COPY bundle.js tsconfig.json ./
COPY src src
RUN npm run bundle

FROM gcr.io/distroless/nodejs24-debian13:nonroot
COPY --from=build /app/dist/ /app/
EXPOSE 8080
# Node is the ENTRYPOINT of this base.
CMD ["/app/harbour-clock.cjs"]
