FROM golang:1.27-trixie AS build
WORKDIR /app
COPY . .
RUN go build -o harbour-clock .

FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/harbour-clock .
EXPOSE 8080
CMD ["./harbour-clock"]
