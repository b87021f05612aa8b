FROM python:3.13-trixie AS packages
RUN python -m venv /venv
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,id=python-production-pip,target=/root/.cache/pip \
    /venv/bin/pip install --require-hashes --only-binary :all: -r requirements.txt
RUN --mount=type=cache,id=python-production-pip,target=/root/.cache/pip \
    /venv/bin/pip install gunicorn==27.0.1 uvicorn-worker==0.4.0

FROM python:3.13-slim-trixie
COPY --from=packages /venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /app
COPY harbour_clock harbour_clock
COPY asgi.py .
USER 65532:65532
EXPOSE 8080
# Workers touch a file as a sign of life. /dev/shm is memory, and writable in every container.
CMD ["gunicorn", "asgi:app", "--worker-class", "uvicorn_worker.UvicornWorker", "--workers", "2", "--bind", "0.0.0.0:8080", "--worker-tmp-dir", "/dev/shm"]
