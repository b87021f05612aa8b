FROM rust:1-trixie AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,id=harbour-clock-cargo-registry,target=/usr/local/cargo/registry \
    --mount=type=cache,id=harbour-clock-cargo-dynamic,target=/src/target,sharing=locked \
    cargo build --release --locked && cp target/release/harbour-clock /harbour-clock

# Debian's musl: another C library, with a loader of its own, as Alpine has it.
FROM debian:trixie-slim AS musl
RUN apt-get update -q && apt-get install -qy --no-install-recommends musl

FROM scratch
COPY --from=musl /lib/ld-musl-* /lib/
COPY --from=build /harbour-clock /harbour-clock
EXPOSE 8080
CMD ["/harbour-clock"]
