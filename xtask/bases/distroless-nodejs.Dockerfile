# gcr.io/distroless/nodejs24-debian13:nonroot: the interpreter alone, no npm and no headers, on distroless cc.
# Like the original it leaves no entry in var/lib/dpkg/status.d: Node is not a Debian package here.
FROM node:24-trixie-slim AS node

FROM gcr.io/distroless/cc-debian13:nonroot
COPY --link --from=node /usr/local/bin/node /nodejs/bin/node
RUN ["/nodejs/bin/node", "--eval", "require('node:crypto').createHash('sha256')"]
ENTRYPOINT ["/nodejs/bin/node"]
