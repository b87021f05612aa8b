# Four stages; only what the last one holds is shipped. The compiler, the sources and the tests stay behind.

# ---- dependencies: what go.mod and go.sum name, and nothing of ours
FROM golang:1.27-trixie AS dependencies
WORKDIR /src
# One set of flags for every stage below: what is checked is what is shipped, and both share one build cache.
# CGO_ENABLED=0       no C library, so the binary runs where there is none
# -trimpath           no path of this stage in the binary
# timetzdata          zone data inside the binary, because scratch has no /usr/share/zoneinfo (0.4 MB)
# nethttpomithttp2    no HTTP/2: clients use it over TLS, which this service does not serve, and /peer asks one question (0.6 MB)
ENV CGO_ENABLED=0 GOFLAGS="-trimpath -tags=timetzdata,nethttpomithttp2"
# The manifests come first and alone: as long as they stay the same, an edited source file does not come back to here.
COPY go.mod go.sum ./
# A cache mount outlives the build without ever being part of an image. Its id names it; every stage below shares it.
# A cache can be damaged, so `verify` compares every module with the checksums recorded in go.sum.
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    go mod download && go mod verify

# ---- check: on no path to the shipped image, so it runs only when asked for: docker build --target check …
FROM dependencies AS check
COPY . .
# gofmt prints the difference and fails if there is one. -count=1 runs the tests even if the cache knows the outcome.
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    gofmt -d . && go mod tidy -diff && go vet ./... && go test -count=1 ./...

# ---- build: one static binary, and the two other things the service expects to find around it
FROM dependencies AS build
COPY . .
# Not needed earlier than here: a new revision repeats the link, not the download.
ARG REVISION=unknown
# -s -w leaves out the symbol table and the debug data; a stack trace still has names and lines.
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    go build -ldflags "-s -w -X main.revision=${REVISION}" -o /ship/harbour-clock .
# Laid out as the root of the final image. Without the certificate authorities (0.2 MB), /peer could trust nobody.
# Everyone may write to /tmp, and the sticky bit keeps each user's files their own.
RUN install -D -m 644 -t /ship/etc/ssl/certs /etc/ssl/certs/ca-certificates.crt \
 && install -d -m 1777 /ship/tmp

# ---- the image: no shell, no package manager, no C library
FROM scratch
ARG REVISION=unknown
LABEL org.opencontainers.image.title="harbour-clock" \
      org.opencontainers.image.description="The time in any zone, over HTTP (the Go edition)" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /ship/ /
# A number, because there is no /etc/passwd to look a name up in, and because Kubernetes' runAsNonRoot demands one.
USER 65532:65532
EXPOSE 8080
# Exec form in both: there is no shell here to read a plain string. The binary probes itself, for want of curl.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/harbour-clock", "health"]
ENTRYPOINT ["/harbour-clock"]
