# How small it gets when size is all that counts: an end point to learn from. Ship multi-stage.Dockerfile.
# The program answers the same. It is linked with musl instead of glibc, and the standard library, which otherwise comes
# ready-made, is compiled once more, for size and without what nobody calls. What is given up:
#
#   a stable build: this takes unstable options of the compiler, and the next one may have changed them
#   diagnosis: a panic says what went wrong, but not in which line, and never with a backtrace
#   one line of defence: the program is always loaded at the same address
#   speed: musl's memory allocator is a slow one, and the standard library is no longer compiled to be fast
#
# Where it stops: of 0.87 MB, 0.49 are machine code and 0.25 zone data. The standard library could also leave out the
# texts of all panics (panic_immediate_abort), but how to ask for that has changed since Rust 1.85. Nor can the text of
# debug output go (-Z fmt-debug=none): messages of the service quote with it.

# --- toolchain: musl, and the sources of the standard library, which fit exactly one compiler
FROM rust:1-trixie AS toolchain
# rustup brings the sources for its compilers; where there is no rustup, the compiler is the distribution's.
# unsafe-io, as in the official Debian image: a layer is finished or thrown away, so dpkg need not see every file safe on
# the disk. The sources are 38 000 files.
RUN --mount=type=cache,id=harbour-clock-apt-lists,target=/var/lib/apt/lists,sharing=locked \
    echo force-unsafe-io > /etc/dpkg/dpkg.cfg.d/docker-apt-speedup \
 && apt-get update -q \
 && apt-get install -qy --no-install-recommends musl-tools \
 && if command -v rustup > /dev/null; then rustup component add rust-src; \
    else apt-get install -qy --no-install-recommends rust-src; fi
COPY no-backtrace.c /musl/
WORKDIR /musl
RUN musl-gcc -Os -c no-backtrace.c && ar rcs libunwind.a no-backtrace.o

# --- dependencies: the standard library and all crates, compiled when Cargo.lock changes and not before
FROM toolchain AS dependencies
WORKDIR /src
# RUSTC_BOOTSTRAP lets a stable compiler take unstable options (-Z). The others:
# linker, link-self-contained   Debian's musl instead of one that would come with a ready-made standard library
# relocation-model=static       no table of addresses to correct at start
# force-unwind-tables=no        no tables for walking the stack: with panic = "abort" nobody does
# location-detail=none          no file names and line numbers for panics (0.05 MB)
ENV RUSTC_BOOTSTRAP=1 \
    RUSTFLAGS="-C target-feature=+crt-static -C linker=musl-gcc -C link-self-contained=no -L /musl \
-C relocation-model=static -C force-unwind-tables=no -Z location-detail=none"
# The same words for both builds below: the second has to find what the first compiled.
COPY <<'SCRIPT' /musl/build
set -eu
cargo build --locked --profile small --features embed-zones --target "$(rustc --print host-tuple | sed s/gnu/musl/)" \
    -Z build-std=std,panic_abort -Z build-std-features=optimize_for_size
SCRIPT
COPY Cargo.toml Cargo.lock build.rs ./
RUN --mount=type=cache,id=harbour-clock-cargo-registry,target=/usr/local/cargo/registry \
    mkdir src && echo 'fn main() {}' > src/main.rs \
 && sh /musl/build

# --- build: our own code
FROM dependencies AS build
COPY src src
ARG REVISION=unknown
RUN --mount=type=cache,id=harbour-clock-cargo-registry,target=/usr/local/cargo/registry \
    touch src/main.rs \
 && sh /musl/build \
 && mv target/*/small/harbour-clock /harbour-clock

# --- the image: one file
FROM scratch AS final
ARG REVISION=unknown
LABEL org.opencontainers.image.title="harbour-clock" \
      org.opencontainers.image.description="Tells the time in the harbours of the world, from as few bytes as it takes" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /harbour-clock /harbour-clock
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s CMD ["/harbour-clock", "health"]
ENTRYPOINT ["/harbour-clock"]
