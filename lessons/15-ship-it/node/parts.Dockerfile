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

# ---- the commit in a file, below everything else
FROM node:24-trixie-slim AS stamped
ARG REVISION=unknown
RUN echo "$REVISION" > /etc/revision
WORKDIR /app
ENV NODE_ENV=production
COPY --from=dependencies /app/node_modules node_modules
COPY package.json .
COPY --from=build /app/dist dist
EXPOSE 8080
CMD ["node", "dist/main.js"]

# ---- permissions in a line of their own, at the end
FROM node:24-trixie-slim AS opened
WORKDIR /app
ENV NODE_ENV=production
COPY --from=dependencies /app/node_modules node_modules
COPY package.json .
COPY --from=build /app/dist dist
RUN chmod -R a+rX,go-w /app
EXPOSE 8080
CMD ["node", "dist/main.js"]
