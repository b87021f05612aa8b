# gcr.io/distroless/{static,base,cc,python3}-debian13:nonroot from the files of Debian packages.
# The package lists are those of the originals; each image is one layer on the one below it.
FROM debian:trixie-slim AS packages
COPY --chmod=755 files/unpack-debs.sh /usr/local/bin/unpack-debs

FROM packages AS static-files
RUN --mount=type=cache,id=drydock-lists-distroless,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=bind,source=files/distroless-skeleton.sh,target=/usr/local/bin/distroless-skeleton \
    unpack-debs /rootfs base-files media-types netbase tzdata tzdata-legacy \
    && distroless-skeleton /rootfs

FROM packages AS base-files
RUN --mount=type=cache,id=drydock-lists-distroless,target=/var/lib/apt/lists,sharing=locked \
    unpack-debs /rootfs libc6 libssl3t64 libzstd1 zlib1g

FROM packages AS cc-files
RUN --mount=type=cache,id=drydock-lists-distroless,target=/var/lib/apt/lists,sharing=locked \
    unpack-debs /rootfs gcc-14-base libgcc-s1 libgomp1 libstdc++6

# Without the Kerberos and NIS libraries of the original (no module of Python 3.13 loads them) and without venv.
FROM packages AS python3-files
RUN --mount=type=cache,id=drydock-lists-distroless,target=/var/lib/apt/lists,sharing=locked \
    unpack-debs /rootfs libbz2-1.0 libcrypt1 libdb5.3t64 libexpat1 libffi8 liblzma5 libncursesw6 \
        libpython3.13-minimal libpython3.13-stdlib libreadline8t64 libsqlite3-0 libtinfo6 libuuid1 python3.13-minimal \
    && ln -s python3.13 /rootfs/usr/bin/python3 \
    && ln -s python3.13 /rootfs/usr/bin/python


FROM scratch AS static
COPY --from=static-files /rootfs/ /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 65532
WORKDIR /home/nonroot

FROM static AS base
COPY --from=base-files /rootfs/ /

FROM base AS cc
COPY --from=cc-files /rootfs/ /

# As in the original there is no bytecode of the standard library: who wants fast starts compiles it.
FROM cc AS python3
COPY --from=python3-files /rootfs/ /
ENV LANG=C.UTF-8
# Every extension module that needs a library of its own must load: a missing package shows here, not in an app.
RUN ["/usr/bin/python3.13", "-B", "-c", "import bz2, ctypes, curses, dbm.ndbm, hashlib, lzma, pyexpat, readline, sqlite3, ssl, uuid, zlib, zoneinfo; zoneinfo.ZoneInfo('Europe/Paris')"]
ENTRYPOINT ["/usr/bin/python3.13"]
