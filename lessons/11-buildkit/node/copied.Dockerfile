# It works. The token comes in with tides/npm/.npmrc, which is deleted as soon as npm has read it.
FROM node:24-trixie
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
 && mv node_modules/@harbour ../node_modules/ \
 && rm .npmrc
EXPOSE 8080
CMD ["node", "dist/harbour-clock.cjs"]
