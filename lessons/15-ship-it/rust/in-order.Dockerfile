FROM rust:1-trixie AS build
WORKDIR /src
COPY . .
# Cargo goes by modification times, and those of a checkout may be older than its last build.
RUN --mount=type=cache,id=harbour-clock-cargo-registry,target=/usr/local/cargo/registry \
    --mount=type=cache,id=ship-it-target,target=/src/target,sharing=locked \
    touch src/main.rs \
 && cargo build --release --locked \
 && cp target/release/harbour-clock /harbour-clock

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
