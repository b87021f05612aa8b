# Cross-compiling with cgo switched on: Go's network package then goes through a C compiler, and the one here is for this machine.
FROM --platform=$BUILDPLATFORM golang:1.27-trixie AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    go mod download
COPY . .
ARG BUILDARCH
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    GOARCH=$(test "$BUILDARCH" = arm64 && echo amd64 || echo arm64) CGO_ENABLED=1 go build -o /harbour-clock .

FROM scratch
COPY --from=build /harbour-clock /harbour-clock
ENTRYPOINT ["/harbour-clock"]
