# dependencies: what go.mod and go.sum name, and nothing of ours
FROM golang:1.27-trixie AS dependencies
WORKDIR /app
COPY go.mod go.sum ./
RUN --mount=type=cache,id=layer-order-go-modules,target=/go/pkg/mod \
    go mod download

# build: our own code
FROM dependencies AS build
COPY . .
RUN --mount=type=cache,id=layer-order-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=layer-order-go-build,target=/root/.cache/go-build \
    go build -o harbour-clock .

# run
FROM debian:trixie-slim
WORKDIR /app
COPY --from=build /app/harbour-clock .
EXPOSE 8080
CMD ["./harbour-clock"]
