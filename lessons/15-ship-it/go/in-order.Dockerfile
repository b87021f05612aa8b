FROM golang:1.27-trixie AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -o /harbour-clock .

# Each line below changes more often than the line above it.
FROM debian:trixie-slim
EXPOSE 8080
CMD ["harbour-clock"]
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates tzdata \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /harbour-clock /usr/local/bin/harbour-clock
ARG REVISION=unknown
LABEL org.opencontainers.image.revision="$REVISION"
