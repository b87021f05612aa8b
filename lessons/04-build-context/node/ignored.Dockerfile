FROM node:24-trixie
WORKDIR /app
COPY . .
# The cache mount keeps downloads on the builder; no layer holds them.
RUN --mount=type=cache,id=harbour-clock-npm,target=/root/.npm \
    npm ci --no-audit --no-fund && npm run build
# Nobody needs these at run time.
RUN rm -rf .env .env.local .git
EXPOSE 8080
CMD ["node", "dist/main.js"]
