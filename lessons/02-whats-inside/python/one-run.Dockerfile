FROM python:3.13-trixie AS build
WORKDIR /app
COPY . .
RUN pip install --target packages -r requirements.txt

FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates python3 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV PYTHONPATH=packages
COPY --from=build /app/packages packages
COPY --from=build /app/harbour_clock harbour_clock
EXPOSE 8080
CMD ["python3", "-m", "harbour_clock"]
