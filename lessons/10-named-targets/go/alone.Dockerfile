FROM golang:1.27-trixie AS dependencies
WORKDIR /src
ENV CGO_ENABLED=0 GOFLAGS=-trimpath
COPY go.mod go.sum ./
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    go mod download

FROM dependencies AS build
COPY . .
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    go build -ldflags "-s -w" -o /harbour-clock .

FROM gcr.io/distroless/static-debian13:nonroot
COPY --from=build /harbour-clock /harbour-clock
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/harbour-clock"]
