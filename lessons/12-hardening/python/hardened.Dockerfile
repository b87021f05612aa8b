FROM python:3.13-trixie AS packages
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,id=harbour-clock-pip,target=/root/.cache/pip \
    pip install --require-hashes --only-binary :all: --target packages -r requirements.txt

FROM gcr.io/distroless/python3-debian13:nonroot
WORKDIR /app
ENV PYTHONPATH=/app:/app/packages
COPY --from=packages /app/packages packages
COPY harbour_clock harbour_clock
LABEL org.opencontainers.image.title="harbour-clock" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.licenses="MIT"
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["/usr/bin/python3.13", "-m", "harbour_clock", "health"]
ENTRYPOINT ["/usr/bin/python3.13", "-m", "harbour_clock"]
ARG REVISION=unknown
LABEL org.opencontainers.image.revision="$REVISION"
