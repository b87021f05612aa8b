FROM golang:1.27-trixie AS build
WORKDIR /app
COPY . .
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -o harbour-clock .

FROM debian:trixie-slim
COPY --from=build /app/harbour-clock /usr/local/bin/
USER 65532:65532
EXPOSE 8080
CMD ["harbour-clock"]
