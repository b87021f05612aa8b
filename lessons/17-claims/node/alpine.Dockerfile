FROM node:24-trixie AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,id=harbour-clock-npm,target=/root/.npm \
    npm ci --no-audit --no-fund
COPY bundle.js tsconfig.json ./
COPY src src
RUN npm run bundle

FROM node:24-alpine
COPY --from=build /app/dist/ /app/
EXPOSE 8080
CMD ["node", "/app/harbour-clock.cjs"]
