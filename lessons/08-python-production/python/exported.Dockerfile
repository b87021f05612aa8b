# --- requirements: Poetry turns its lockfile into a list that pip reads, with hashes
FROM python:3.13-trixie AS requirements
RUN --mount=type=cache,id=python-production-pip,target=/root/.cache/pip \
    pip install poetry==2.5.1 poetry-plugin-export==1.10.1
WORKDIR /app
COPY pyproject.toml poetry.lock ./
RUN poetry export --output requirements.txt

# --- packages: an environment without a pip of its own, filled by the builder's pip
FROM python:3.13-trixie AS packages
RUN python -m venv --without-pip /venv
COPY --from=requirements /app/requirements.txt .
RUN --mount=type=cache,id=python-production-pip,target=/root/.cache/pip \
    pip --python /venv/bin/python install --require-hashes --only-binary :all: -r requirements.txt

# --- the image: the same path as in the builder, and an interpreter where the environment looks for it
FROM python:3.13-slim-trixie
COPY --from=packages /venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /app
COPY harbour_clock harbour_clock
USER 65532:65532
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
