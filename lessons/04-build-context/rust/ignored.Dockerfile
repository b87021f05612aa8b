FROM rust:1-trixie
WORKDIR /app
COPY . .
# The cache mounts keep crates and what was compiled on the builder; no layer holds them.
RUN --mount=type=cache,id=harbour-clock-cargo-registry,target=/usr/local/cargo/registry \
    --mount=type=cache,id=harbour-clock-cargo-release,target=/app/target,sharing=locked \
    cargo build --release --locked && cp target/release/harbour-clock .
# Nobody needs these at run time.
RUN rm -rf .env .env.local .git
EXPOSE 8080
CMD ["./harbour-clock"]
