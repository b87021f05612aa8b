# The same Dockerfile for every platform. Only the last stage belongs to the platform that you build for.

# $BUILDPLATFORM is the platform of the machine that builds: the compiler runs without an emulator, whatever it compiles for.
FROM --platform=$BUILDPLATFORM golang:1.27-trixie AS build
WORKDIR /src
ENV CGO_ENABLED=0 GOFLAGS="-trimpath -tags=timetzdata,nethttpomithttp2"
COPY go.mod go.sum ./
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    go mod download
COPY . .
# Everything above is the same for all platforms, so it is built once. From here on, each platform has its own.
ARG TARGETOS TARGETARCH
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    GOOS=$TARGETOS GOARCH=$TARGETARCH go build -ldflags "-s -w" -o /ship/harbour-clock .
RUN install -D -m 644 -t /ship/etc/ssl/certs /etc/ssl/certs/ca-certificates.crt \
 && install -d -m 1777 /ship/tmp

# No RUN below this line: it would have to run a program of the target.
FROM scratch
COPY --from=build /ship/ /
USER 65532:65532
EXPOSE 8080
HEALTHCHECK CMD ["/harbour-clock", "health"]
ENTRYPOINT ["/harbour-clock"]
