# build: sees tides/npm/.npmrc with the token in it
FROM node:24-trixie AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY bundle.js tsconfig.json ./
COPY src src
RUN npm run bundle
COPY registry /registry
COPY tides/npm tides
RUN cd tides \
 && node /registry/with-registry.mjs npm ci \
 && rm .npmrc

# run
FROM node:24-trixie-slim
WORKDIR /app
COPY --from=build /app/tides/node_modules/@harbour node_modules/@harbour
COPY --from=build /app/dist dist
EXPOSE 8080
CMD ["node", "dist/harbour-clock.cjs"]
