# It works. The token comes in as an argument.
FROM python:3.13-trixie
WORKDIR /app
COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt
COPY . .
ARG REGISTRY_TOKEN
RUN python registry/with-registry.py pip install -r tides/pip/requirements.txt
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
