FROM python:3.13-slim-trixie
RUN pip install --no-cache-dir poetry==2.5.1 poetry-plugin-export==1.10.1
WORKDIR /app
COPY pyproject.toml poetry.lock ./
RUN poetry export --output requirements.txt \
 && pip install --no-cache-dir --require-hashes -r requirements.txt
COPY harbour_clock harbour_clock
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
