FROM python:3.13-trixie AS packages
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,id=harbour-clock-pip,target=/root/.cache/pip \
    pip install --require-hashes --only-binary :all: --no-compile --target packages -r requirements.txt

FROM debian:trixie-slim AS python
COPY --from=gcr.io/distroless/python3-debian13:nonroot / /distroless/
# Of that base only the interpreter and the libraries; /lib and /lib64 are links into /usr.
RUN mkdir -p /ship/usr && cp -a /distroless/lib* /ship/ && cp -a /distroless/usr/bin /distroless/usr/lib* /ship/usr/

FROM scratch
COPY --from=python /ship/ /
WORKDIR /app
ENV PYTHONPATH=/app:/app/packages
COPY --from=packages /app/packages packages
COPY harbour_clock harbour_clock
EXPOSE 8080
USER harbour
CMD ["/usr/bin/python3.13", "-m", "harbour_clock"]
