# dependencies: exactly what package-lock.json names, and nothing of ours
FROM node:24-trixie AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,id=layer-order-npm,target=/root/.npm \
    npm ci

# build: our own code
FROM dependencies AS build
COPY . .
RUN npm run build && npm prune --omit=dev

# run
FROM node:24-trixie-slim
WORKDIR /app
COPY --from=build /app/package.json .
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
EXPOSE 8080
CMD ["npm", "start"]
