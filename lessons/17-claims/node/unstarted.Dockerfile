# Node without the libraries that it is linked to: small, and never started.
FROM node:24-trixie AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run bundle
RUN strip -o /node "$(command -v node)"

FROM scratch
COPY --from=build /node /node
COPY --from=build /app/dist /app
EXPOSE 8080
CMD ["/node", "/app/harbour-clock.cjs"]
