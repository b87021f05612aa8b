FROM python:3.13-trixie AS packages
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,id=harbour-clock-pip,target=/root/.cache/pip \
    pip install --require-hashes --only-binary :all: --target packages -r requirements.txt

FROM debian:trixie-slim AS tools
RUN apt-get update && apt-get install --yes --no-install-recommends busybox-static tini

# ---- how it starts
FROM python:3.13-slim-trixie AS everyday
WORKDIR /app
ENV PYTHONPATH=/app:/app/packages
COPY --from=packages /app/packages packages
COPY harbour_clock harbour_clock
EXPOSE 8080
CMD python -m harbour_clock

FROM everyday AS exec-in-shell
CMD exec python -m harbour_clock

FROM everyday AS exec-form
CMD ["python", "-m", "harbour_clock"]

FROM exec-form AS tini
COPY --from=tools /usr/bin/tini-static /tini
ENTRYPOINT ["/tini", "--"]
CMD ["python", "-m", "harbour_clock"]

# ---- what it may do
FROM exec-form AS numbered
RUN find / -xdev -type f -perm /6000 -exec chmod a-s {} +
USER 65532:65532

FROM exec-form AS borrowed
RUN cp /usr/bin/id /usr/local/bin/whose && chmod u+s /usr/local/bin/whose
USER 65532:65532

# ---- what a later RUN costs
FROM python:3.13-slim-trixie AS afterwards
RUN apt-get update && apt-get install --yes --no-install-recommends curl
RUN rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV PYTHONPATH=/app:/app/packages
COPY --from=packages /app/packages packages
COPY harbour_clock harbour_clock
RUN chown -R 65532:65532 /app
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]

FROM python:3.13-slim-trixie AS at-once
RUN apt-get update && apt-get install --yes --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV PYTHONPATH=/app:/app/packages
COPY --from=packages --chown=65532:65532 /app/packages packages
COPY --chown=65532:65532 harbour_clock harbour_clock
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]

# ---- who asks how it is
FROM exec-form AS no-curl
HEALTHCHECK --interval=1s --timeout=3s --retries=2 CMD curl --fail http://127.0.0.1:8080/health

FROM exec-form AS first-address
COPY --from=tools /usr/bin/busybox /usr/bin/wget
HEALTHCHECK --interval=2s --timeout=3s --start-period=8s --retries=2 CMD wget -qO- http://localhost:8080/health

FROM at-once AS no-status
HEALTHCHECK --interval=2s --timeout=3s --start-period=30s CMD curl --silent http://127.0.0.1:8080/helth

FROM gcr.io/distroless/python3-debian13:nonroot AS no-shell
WORKDIR /app
ENV PYTHONPATH=/app:/app/packages
COPY --from=packages /app/packages packages
COPY harbour_clock harbour_clock
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=1s --timeout=3s --retries=2 CMD /usr/bin/python3.13 -m harbour_clock health
ENTRYPOINT ["/usr/bin/python3.13", "-m", "harbour_clock"]
