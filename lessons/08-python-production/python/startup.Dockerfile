FROM python:3.13-trixie AS packages
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,id=python-production-pip,target=/root/.cache/pip \
    pip install --require-hashes --only-binary :all: --target /compiled -r requirements.txt \
 && pip install --require-hashes --only-binary :all: --no-compile --target /plain -r requirements.txt

FROM python:3.13-slim-trixie
COPY --from=packages /compiled /compiled
COPY --from=packages /plain /plain
WORKDIR /app
COPY harbour_clock harbour_clock
COPY startup.py .
USER 65532:65532
CMD ["python", "startup.py"]
