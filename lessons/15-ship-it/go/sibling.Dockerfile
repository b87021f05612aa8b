FROM golang:1.27-trixie AS build
WORKDIR /src
COPY go.mod main.go ./
RUN --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -o /tides .

FROM debian:trixie-slim
COPY --from=build /tides /usr/local/bin/tides
EXPOSE 8080
CMD ["tides"]
