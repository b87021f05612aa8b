FROM node:24-trixie-slim
WORKDIR /app
COPY tides.mjs .
EXPOSE 8080
CMD ["node", "tides.mjs"]
