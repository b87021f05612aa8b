# Somebody edits package.json and forgets the lockfile, which says 5.12.8.
FROM node:24-trixie AS edited
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm pkg set dependencies.fastify=5.12.7

FROM edited AS ci
RUN npm ci

FROM edited AS install
RUN npm install
