ARG REVISION=unknown

FROM golang:1.27-trixie AS build
WORKDIR /src
COPY . .
ARG REVISION
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -ldflags "-s -w -X main.revision=${REVISION}" -o /harbour-clock .

FROM gcr.io/distroless/static-debian13:nonroot
COPY --from=build /harbour-clock /harbour-clock
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/harbour-clock"]
