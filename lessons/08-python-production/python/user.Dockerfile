FROM python:3.13-trixie AS packages
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,id=python-production-pip,target=/root/.cache/pip \
    pip install --user --require-hashes --only-binary :all: -r requirements.txt

FROM python:3.13-slim-trixie AS as-root
COPY --from=packages /root/.local /root/.local
WORKDIR /app
COPY harbour_clock harbour_clock
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]

FROM as-root AS as-nobody
USER 65532:65532
