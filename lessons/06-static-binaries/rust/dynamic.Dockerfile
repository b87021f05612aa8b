FROM rust:1-trixie AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,id=harbour-clock-cargo-registry,target=/usr/local/cargo/registry \
    --mount=type=cache,id=harbour-clock-cargo-dynamic,target=/src/target,sharing=locked \
    cargo build --release --locked && cp target/release/harbour-clock /harbour-clock

FROM gcr.io/distroless/cc-debian13:nonroot
COPY --from=build /harbour-clock /harbour-clock
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/harbour-clock"]
