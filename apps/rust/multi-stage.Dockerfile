# Two stages compile, one checks, and the last is the image: one file and the metadata that describes it.

# --- dependencies: everything that changes when Cargo.lock changes, and not before
FROM rust:1-trixie AS dependencies
WORKDIR /src
# Link libc into the program: scratch has none to load. Cargo keeps the flag away from procedural macros, which the
# compiler must be able to load, only if a target is named; that is why each build below names its own machine.
ENV RUSTFLAGS="-C target-feature=+crt-static"
COPY Cargo.toml Cargo.lock build.rs ./
# A stand-in for our own code lets cargo compile the dependencies into a layer that stays valid while we edit src/.
# The cache mount keeps downloaded crates on the builder, so one new dependency is one download, not sixty.
RUN --mount=type=cache,id=harbour-clock-cargo-registry,target=/usr/local/cargo/registry \
    mkdir src && echo 'fn main() {}' > src/main.rs \
 && cargo build --locked --profile small --features embed-zones --target "$(rustc --print host-tuple)"

# --- build: our own code
FROM dependencies AS build
COPY src src
# Declared as late as possible: a new revision must not compile the dependencies again.
ARG REVISION=unknown
# Cargo goes by modification times, and a checkout may well be older than the stand-in: touch makes ours the newer one.
RUN --mount=type=cache,id=harbour-clock-cargo-registry,target=/usr/local/cargo/registry \
    touch src/main.rs \
 && cargo build --locked --profile small --features embed-zones --target "$(rustc --print host-tuple)" \
 && mv target/*/small/harbour-clock /harbour-clock

# --- check: formatter, linter and tests, on demand with --target check; the image does not depend on it
FROM rust:1-trixie AS check
# The official image comes without the two tools, and with rustup to get them; a distribution's toolchain has them.
RUN if command -v rustup > /dev/null; then rustup component add clippy rustfmt; fi
WORKDIR /src
COPY . .
# Compiled dependencies may stay in a cache mount here, because no image is made of them.
RUN --mount=type=cache,id=harbour-clock-cargo-registry,target=/usr/local/cargo/registry \
    --mount=type=cache,id=harbour-clock-check-target,target=/src/target,sharing=locked \
    touch src/main.rs tests/*.rs \
 && cargo fmt --check \
 && cargo clippy --locked --all-targets -- -D warnings \
 && cargo clippy --locked --all-targets --all-features -- -D warnings \
 && cargo test --locked --all-features

# --- the image: no shell, no package manager, no libc, nothing to update but the program
FROM scratch AS final
ARG REVISION=unknown
LABEL org.opencontainers.image.title="harbour-clock" \
      org.opencontainers.image.description="Tells the time in the harbours of the world" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /harbour-clock /harbour-clock
# A number, because there is no /etc/passwd to look a name up in; an orchestrator can also tell that it is not root.
USER 65532:65532
EXPOSE 8080
# There is no shell for the other form, and no curl: the program probes itself.
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s CMD ["/harbour-clock", "health"]
# The program is PID 1 and gets SIGTERM itself, with no shell in between that would swallow it.
ENTRYPOINT ["/harbour-clock"]
