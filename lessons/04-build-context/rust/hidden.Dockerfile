FROM rust:1-trixie AS build
WORKDIR /app
COPY . .
RUN --mount=type=cache,id=harbour-clock-cargo-registry,target=/usr/local/cargo/registry \
    --mount=type=cache,id=harbour-clock-cargo-release,target=/app/target,sharing=locked \
    cargo build --release --locked && cp target/release/harbour-clock .

FROM debian:trixie-slim
COPY --from=build /app/harbour-clock /usr/local/bin/
USER 65532:65532
EXPOSE 8080
CMD ["harbour-clock"]
