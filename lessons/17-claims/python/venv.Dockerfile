FROM python:3.13-trixie AS packages
RUN python -m venv /venv
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,id=python-production-pip,target=/root/.cache/pip \
    /venv/bin/pip install --require-hashes --only-binary :all: -r requirements.txt

FROM python:3.13-slim-trixie
COPY --from=packages /venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /app
COPY harbour_clock harbour_clock
USER 65532:65532
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
