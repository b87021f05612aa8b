FROM golang:1.27-trixie AS dependencies
WORKDIR /src
ENV CGO_ENABLED=0 GOFLAGS=-trimpath
COPY go.mod go.sum ./
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    go mod download

FROM dependencies AS sources
COPY . .

FROM sources AS development
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    go build -o /usr/local/bin/harbour-clock .
EXPOSE 8080
CMD ["harbour-clock"]

FROM sources AS test
RUN test -z "$(gofmt -l .)"
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    go vet ./... && go test ./...

FROM sources AS build
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    go build -ldflags "-s -w" -o /harbour-clock .

FROM debian:trixie-slim AS tools
RUN apt-get update && apt-get install --yes --no-install-recommends busybox-static
RUN mkdir /tools && cp /bin/busybox /tools/ && /tools/busybox --install -s /tools

FROM gcr.io/distroless/static-debian13:nonroot AS release
COPY --from=build /harbour-clock /harbour-clock
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/harbour-clock"]

FROM release AS debug
COPY --from=tools /tools /tools
ENV PATH=/tools:$PATH

FROM release AS production
