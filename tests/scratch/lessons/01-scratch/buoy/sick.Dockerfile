FROM python:3.13-slim-trixie
WORKDIR /app
COPY serve.py ./
HEALTHCHECK --interval=1s --timeout=20s --retries=2 CMD ["python3", "-c", "raise SystemExit('no light')"]
CMD ["python3", "serve.py"]
