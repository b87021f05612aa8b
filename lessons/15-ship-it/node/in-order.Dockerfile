# What the service runs with: new when the lockfile changes.
FROM node:24-trixie AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM node:24-trixie AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

# Each line below changes more often than the line above it.
FROM node:24-trixie-slim
WORKDIR /app
ENV NODE_ENV=production
EXPOSE 8080
CMD ["node", "dist/main.js"]
COPY --from=dependencies /app/node_modules node_modules
COPY package.json .
COPY --from=build /app/dist dist
ARG REVISION=unknown
LABEL org.opencontainers.image.revision="$REVISION"
