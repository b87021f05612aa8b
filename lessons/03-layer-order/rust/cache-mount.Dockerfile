# build: what was downloaded and compiled stays in two cache mounts, so that no layer has to keep it
FROM rust:1-trixie AS build
WORKDIR /app
COPY . .
# A cache mount is no part of the image: the result has to leave it in the same RUN.
RUN --mount=type=cache,id=layer-order-cargo-registry,target=/usr/local/cargo/registry \
    --mount=type=cache,id=layer-order-cargo-target,target=/app/target \
    touch src/main.rs && cargo build --release --locked && cp target/release/harbour-clock /harbour-clock

# run
FROM debian:trixie-slim
WORKDIR /app
COPY --from=build /harbour-clock .
EXPOSE 8080
CMD ["./harbour-clock"]
