FROM python:3.13-trixie AS build
WORKDIR /app
COPY requirements.txt .
RUN pip install --require-hashes --only-binary :all: --target packages -r requirements.txt
COPY . .
RUN python -m compileall -q harbour_clock

FROM python:3.13-slim-trixie
WORKDIR /app
ENV PYTHONPATH=/app:/app/packages
COPY --from=build /app .
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
