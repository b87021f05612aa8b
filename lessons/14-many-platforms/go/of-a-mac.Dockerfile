# Stands in for a program that somebody compiled on a Mac and copied into the image: GOOS=darwin makes the same file.

FROM --platform=$BUILDPLATFORM golang:1.27-trixie AS build
WORKDIR /src
ENV CGO_ENABLED=0 GOFLAGS="-trimpath -tags=timetzdata,nethttpomithttp2"
COPY go.mod go.sum ./
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    go mod download
COPY . .
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    GOOS=darwin go build -ldflags "-s -w" -o /ship/harbour-clock .
RUN install -D -m 644 -t /ship/etc/ssl/certs /etc/ssl/certs/ca-certificates.crt \
 && install -d -m 1777 /ship/tmp

FROM scratch
COPY --from=build /ship/ /
USER 65532:65532
EXPOSE 8080
HEALTHCHECK CMD ["/harbour-clock", "health"]
ENTRYPOINT ["/harbour-clock"]
