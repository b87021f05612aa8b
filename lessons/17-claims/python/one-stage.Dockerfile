FROM python:3.13-slim-trixie
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY harbour_clock harbour_clock
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
