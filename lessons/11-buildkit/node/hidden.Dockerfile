# build: sees tides/.npmrc with the token in it
FROM node:24-trixie AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run bundle
RUN cd tides \
 && node ../registry/with-registry.mjs npm ci \
 && rm .npmrc

# run
FROM node:24-trixie-slim
WORKDIR /app
COPY --from=build /app/tides/node_modules/@harbour node_modules/@harbour
COPY --from=build /app/dist dist
EXPOSE 8080
CMD ["node", "dist/harbour-clock.cjs"]
