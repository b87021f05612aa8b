# What the service runs with: new when requirements.txt changes.
FROM python:3.13-trixie AS dependencies
WORKDIR /app
COPY requirements.txt .
RUN pip install --require-hashes --only-binary :all: --target packages -r requirements.txt

FROM python:3.13-trixie AS build
WORKDIR /app
COPY harbour_clock harbour_clock
RUN python -m compileall -q harbour_clock

# Each line below changes more often than the line above it.
FROM python:3.13-slim-trixie
WORKDIR /app
ENV PYTHONPATH=/app:/app/packages
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
COPY --from=dependencies /app/packages packages
COPY --from=build /app/harbour_clock harbour_clock
ARG REVISION=unknown
LABEL org.opencontainers.image.revision="$REVISION"
