# dependencies: the public packages
FROM python:3.13-trixie AS dependencies
WORKDIR /app
RUN --mount=type=bind,source=requirements.txt,target=requirements.txt \
    --mount=type=cache,id=buildkit-pip,target=/root/.cache/pip \
    pip install --require-hashes --target packages -r requirements.txt

# tides: the private package; with-registry.py stands in for the company's registry
FROM python:3.13-slim-trixie AS tides
WORKDIR /tides
COPY tides/pip .
RUN --mount=type=bind,source=registry,target=/registry \
    --mount=type=secret,id=registry_token,required=true <<'END'
set -eu
REGISTRY_TOKEN="$(cat /run/secrets/registry_token)"
export REGISTRY_TOKEN
python /registry/with-registry.py pip install --target packages -r requirements.txt
END

# build: our own code
FROM dependencies AS build
COPY harbour_clock harbour_clock
RUN python -m compileall -q harbour_clock

# run
FROM python:3.13-slim-trixie
WORKDIR /app
ENV PYTHONPATH=/app/packages
COPY --link --from=tides /tides/packages packages
COPY --link --from=build /app/packages packages
COPY --link --from=build /app/harbour_clock harbour_clock
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
