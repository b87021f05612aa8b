# A toolchain base on a network that intercepts TLS: the same image, plus one file and the variables that name it.
# The file stands apart from the system's bundle on purpose: a Dockerfile that copies /etc/ssl/certs from its builder
# must not ship this network's CA. ENV lines for this base's download tool are added below when it is built (bases.toml).
ARG PARENT
FROM gcr.io/distroless/static-debian13:nonroot AS roots

FROM ${PARENT}
# The public roots come from one image for all bases, because the slim ones have none of their own.
RUN --mount=type=bind,from=roots,source=/etc/ssl/certs/ca-certificates.crt,target=/mnt/roots.pem \
    --mount=type=bind,source=host-ca.pem,target=/mnt/host-ca.pem \
    install -d /usr/local/share/drydock \
    && cat /mnt/roots.pem /mnt/host-ca.pem > /usr/local/share/drydock/ca-bundle.pem
