FROM golang:1.27-trixie AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /harbour-clock .

# The program is in /, and not in /src.
FROM gcr.io/distroless/static-debian13:nonroot AS misplaced
COPY --from=build /src/harbour-clock /harbour-clock
USER 65532:65532
ENTRYPOINT ["/harbour-clock"]

# Without brackets, Docker starts /bin/sh.
FROM gcr.io/distroless/static-debian13:nonroot AS unstartable
COPY --from=build /harbour-clock /harbour-clock
USER 65532:65532
ENTRYPOINT /harbour-clock

# Enough for the health check, and for nothing that opens a file.
FROM scratch AS healthy-only
COPY --from=build /harbour-clock /harbour-clock
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/harbour-clock"]

FROM gcr.io/distroless/static-debian13:nonroot AS answers
COPY --from=build /harbour-clock /harbour-clock
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/harbour-clock"]
