FROM python:3.13-trixie AS packages
RUN --mount=type=cache,id=python-production-pip,target=/root/.cache/pip \
    pip install uv==0.13.9
# A hard link into a cache mount does not work: the mount is another file system.
ENV UV_LINK_MODE=copy VIRTUAL_ENV=/venv
RUN uv venv --python /usr/local/bin/python /venv
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,id=python-production-uv,target=/root/.cache/uv \
    uv pip sync --require-hashes --only-binary :all: requirements.txt

FROM python:3.13-slim-trixie
COPY --from=packages /venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /app
COPY harbour_clock harbour_clock
USER 65532:65532
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
