FROM node:24-trixie AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

# Written by somebody who changed only the base.
FROM gcr.io/distroless/nodejs24-debian13:nonroot
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY --from=build /app/dist dist
EXPOSE 8080
CMD ["dist/main.js"]
