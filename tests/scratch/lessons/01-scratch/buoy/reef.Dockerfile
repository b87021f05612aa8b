FROM python:3.13-slim-trixie
WORKDIR /app
COPY . ./
CMD ["python3", "serve.py"]
