# dependencies: exactly what requirements.txt names, hash by hash, and nothing of ours
FROM python:3.13-trixie AS dependencies
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,id=layer-order-pip,target=/root/.cache/pip \
    pip install --require-hashes --target packages -r requirements.txt

# build: our own code
FROM dependencies AS build
COPY . .
RUN python -m compileall -q harbour_clock

# run
FROM python:3.13-slim-trixie
WORKDIR /app
ENV PYTHONPATH=packages
COPY --from=build /app/packages packages
COPY --from=build /app/harbour_clock harbour_clock
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
