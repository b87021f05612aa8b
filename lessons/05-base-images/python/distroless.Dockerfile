FROM python:3.13-trixie AS packages
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,id=harbour-clock-pip,target=/root/.cache/pip \
    pip install --require-hashes --only-binary :all: --no-compile --target packages -r requirements.txt

FROM gcr.io/distroless/python3-debian13:nonroot
WORKDIR /app
ENV PYTHONPATH=/app:/app/packages
COPY --from=packages /app/packages packages
COPY harbour_clock harbour_clock
EXPOSE 8080
# Python is the ENTRYPOINT of this base.
CMD ["-m", "harbour_clock"]
