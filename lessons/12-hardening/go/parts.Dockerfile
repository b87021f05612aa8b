FROM golang:1.27-trixie AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -o /harbour-clock .

FROM debian:trixie-slim AS tools
RUN apt-get update && apt-get install --yes --no-install-recommends busybox-static tini

# ---- how it starts
FROM debian:trixie-slim AS everyday
WORKDIR /app
COPY --from=build /harbour-clock .
EXPOSE 8080
CMD ./harbour-clock

FROM everyday AS exec-in-shell
CMD exec ./harbour-clock

FROM everyday AS exec-form
CMD ["./harbour-clock"]

FROM exec-form AS tini
COPY --from=tools /usr/bin/tini-static /tini
ENTRYPOINT ["/tini", "--"]
CMD ["./harbour-clock"]

# ---- what it may do
FROM exec-form AS numbered
RUN find / -xdev -type f -perm /6000 -exec chmod a-s {} +
USER 65532:65532

FROM exec-form AS borrowed
RUN cp /usr/bin/id /usr/local/bin/whose && chmod u+s /usr/local/bin/whose
USER 65532:65532

# ---- what a later RUN costs
FROM debian:trixie-slim AS afterwards
RUN apt-get update && apt-get install --yes --no-install-recommends curl
RUN rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /harbour-clock .
RUN chown -R 65532:65532 /app
EXPOSE 8080
CMD ["./harbour-clock"]

FROM debian:trixie-slim AS at-once
RUN apt-get update && apt-get install --yes --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build --chown=65532:65532 /harbour-clock .
EXPOSE 8080
CMD ["./harbour-clock"]

# ---- who asks how it is
FROM exec-form AS no-curl
HEALTHCHECK --interval=1s --timeout=3s --retries=2 CMD curl --fail http://127.0.0.1:8080/health

FROM exec-form AS first-address
COPY --from=tools /usr/bin/busybox /usr/bin/wget
HEALTHCHECK --interval=2s --timeout=3s --start-period=8s --retries=2 CMD wget -qO- http://localhost:8080/health

FROM at-once AS no-status
HEALTHCHECK --interval=2s --timeout=3s --start-period=30s CMD curl --silent http://127.0.0.1:8080/helth

FROM gcr.io/distroless/static-debian13:nonroot AS no-shell
WORKDIR /app
COPY --from=build /harbour-clock .
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=1s --timeout=3s --retries=2 CMD /app/harbour-clock health
ENTRYPOINT ["/app/harbour-clock"]
