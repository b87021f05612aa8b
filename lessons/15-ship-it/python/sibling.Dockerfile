FROM python:3.13-slim-trixie
WORKDIR /app
COPY tides.py .
EXPOSE 8080
CMD ["python", "tides.py"]
