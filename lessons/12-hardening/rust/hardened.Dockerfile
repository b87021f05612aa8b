FROM rust:1-trixie AS build
WORKDIR /src
COPY . .
# With a target named, the flag reaches the program and not the compiler's own plug-ins.
RUN --mount=type=cache,id=harbour-clock-cargo-registry,target=/usr/local/cargo/registry \
    --mount=type=cache,id=harbour-clock-cargo-static,target=/src/target,sharing=locked \
    RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --locked --target "$(rustc --print host-tuple)" \
 && cp target/*/release/harbour-clock /harbour-clock

FROM gcr.io/distroless/static-debian13:nonroot
WORKDIR /app
COPY --from=build /harbour-clock .
LABEL org.opencontainers.image.title="harbour-clock" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.licenses="MIT"
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["/app/harbour-clock", "health"]
ENTRYPOINT ["/app/harbour-clock"]
ARG REVISION=unknown
LABEL org.opencontainers.image.revision="$REVISION"
