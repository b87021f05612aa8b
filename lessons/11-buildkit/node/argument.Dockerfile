# It works. The token comes in as an argument.
FROM node:24-trixie
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run bundle
ARG REGISTRY_TOKEN
RUN cd tides/npm \
 && node ../../registry/with-registry.mjs npm ci \
 && mv node_modules/@harbour ../../node_modules/
EXPOSE 8080
CMD ["node", "dist/harbour-clock.cjs"]
