FROM golang:1.27-trixie AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    go build -o /harbour-clock .

# Debian's musl: another C library, with a loader of its own, as Alpine has it.
FROM debian:trixie-slim AS musl
RUN apt-get update -q && apt-get install -qy --no-install-recommends musl

FROM scratch
COPY --from=musl /lib/ld-musl-* /lib/
COPY --from=build /harbour-clock /harbour-clock
EXPOSE 8080
CMD ["/harbour-clock"]
