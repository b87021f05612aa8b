FROM golang:1.27-trixie AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -o /harbour-clock .

# ---- the commit in a file, below everything else
FROM debian:trixie-slim AS stamped
ARG REVISION=unknown
RUN echo "$REVISION" > /etc/revision
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates tzdata \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /harbour-clock /usr/local/bin/harbour-clock
EXPOSE 8080
CMD ["harbour-clock"]

# ---- permissions in a line of their own, at the end
FROM debian:trixie-slim AS opened
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates tzdata \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /harbour-clock /usr/local/bin/harbour-clock
RUN chmod 755 /usr/local/bin/harbour-clock
EXPOSE 8080
CMD ["harbour-clock"]
