FROM python:3.13-trixie AS packages
RUN python -m venv /build/venv
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,id=python-production-pip,target=/root/.cache/pip \
    /build/venv/bin/pip install --require-hashes --only-binary :all: -r requirements.txt

FROM python:3.13-slim-trixie
COPY --from=packages /build/venv /venv
WORKDIR /app
COPY harbour_clock harbour_clock
COPY asgi.py .
EXPOSE 8080
CMD ["/venv/bin/uvicorn", "asgi:app", "--host", "0.0.0.0", "--port", "8080"]
