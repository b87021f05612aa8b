FROM golang:1.27-trixie AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -o /harbour-clock .

FROM scratch
COPY --from=build /harbour-clock /harbour-clock
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/harbour-clock"]
