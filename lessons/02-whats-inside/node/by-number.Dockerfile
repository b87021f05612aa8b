FROM node:24-trixie
WORKDIR /app
COPY . .
RUN npm ci && npm run build
RUN npm prune --omit=dev

FROM node:24-trixie-slim
WORKDIR /app
COPY --from=0 /app/package.json .
COPY --from=0 /app/node_modules node_modules
COPY --from=0 /app/dist dist
EXPOSE 8080
CMD ["npm", "start"]
