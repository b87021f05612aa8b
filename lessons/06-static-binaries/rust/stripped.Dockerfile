FROM rust:1-trixie AS build
WORKDIR /src
COPY . .
# With a target named, the flag reaches the program and not the compiler's own plug-ins.
RUN --mount=type=cache,id=harbour-clock-cargo-registry,target=/usr/local/cargo/registry \
    --mount=type=cache,id=harbour-clock-cargo-static,target=/src/target,sharing=locked \
    RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --locked --target "$(rustc --print host-tuple)" \
 && cp target/*/release/harbour-clock /harbour-clock
RUN strip /harbour-clock

FROM scratch
COPY --from=build /harbour-clock /harbour-clock
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/harbour-clock"]
