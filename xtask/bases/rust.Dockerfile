# rust:1-trixie and rust:1-slim-trixie, with Debian's compiler instead of one that rustup fetched.
# The slim form adds what a linker needs; on the full parent those packages are there already.
ARG PARENT
FROM ${PARENT}
RUN --mount=type=cache,id=drydock-apt-rust,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=drydock-lists-rust,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=bind,source=files/keep-downloads.conf,target=/etc/apt/apt.conf.d/docker-clean \
    apt-get update -q && apt-get install -qy --no-install-recommends \
        ca-certificates gcc libc6-dev \
        cargo rust-clippy rustc rustfmt
ARG VERSION
ENV RUST_VERSION=${VERSION} \
    CARGO_HOME=/usr/local/cargo \
    PATH=/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# The tools stand where the official image has them, for Dockerfiles that name the path.
RUN install -d -m 777 /usr/local/cargo \
    && install -d /usr/local/cargo/bin \
    && for tool in cargo cargo-clippy cargo-fmt clippy-driver rustc rustdoc rustfmt; do \
         test -x "/usr/bin/${tool}" && ln -s "/usr/bin/${tool}" /usr/local/cargo/bin/ || exit 1; \
       done \
    && rustc --version | grep -F "rustc ${VERSION} "
CMD ["bash"]
