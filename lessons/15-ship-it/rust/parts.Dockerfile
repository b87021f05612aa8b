FROM rust:1-trixie AS build
WORKDIR /src
COPY . .
# Cargo goes by modification times, and those of a checkout may be older than its last build.
RUN --mount=type=cache,id=harbour-clock-cargo-registry,target=/usr/local/cargo/registry \
    --mount=type=cache,id=ship-it-target,target=/src/target,sharing=locked \
    touch src/main.rs \
 && cargo build --release --locked \
 && cp target/release/harbour-clock /harbour-clock

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
