FROM python:3.13-trixie AS packages
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,id=harbour-clock-pip,target=/root/.cache/pip \
    pip install --require-hashes --only-binary :all: --no-compile --target packages -r requirements.txt

FROM python:3.13-slim-trixie AS kept
RUN apt-get update && apt-get install --yes --no-install-recommends curl
WORKDIR /app
ENV PYTHONPATH=/app:/app/packages
COPY --from=packages /app/packages packages
COPY harbour_clock harbour_clock
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]

FROM python:3.13-slim-trixie AS removed
RUN apt-get update && apt-get install --yes --no-install-recommends curl \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV PYTHONPATH=/app:/app/packages
COPY --from=packages /app/packages packages
COPY harbour_clock harbour_clock
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
