FROM golang:1.27-trixie AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -o /harbour-clock .

FROM gcr.io/distroless/static-debian13:nonroot
WORKDIR /app
COPY --from=build /harbour-clock .
LABEL org.opencontainers.image.title="harbour-clock" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.licenses="MIT"
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["/app/harbour-clock", "health"]
ENTRYPOINT ["/app/harbour-clock"]
ARG REVISION=unknown
LABEL org.opencontainers.image.revision="$REVISION"
