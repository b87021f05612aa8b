FROM python:3.13-trixie AS packages
RUN python -m venv /venv
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,id=python-production-pip,target=/root/.cache/pip \
    /venv/bin/pip install --require-hashes --only-binary :all: -r requirements.txt

FROM gcr.io/distroless/python3-debian13:nonroot
COPY --from=packages /venv /venv
WORKDIR /app
COPY harbour_clock harbour_clock
EXPOSE 8080
ENTRYPOINT ["/venv/bin/python", "-m", "harbour_clock"]
