# ---- before: one stage on the full image
FROM python:3.13-trixie AS before
RUN pip install poetry==2.5.1 poetry-plugin-export==1.10.1
WORKDIR /app
COPY pyproject.toml poetry.lock ./
RUN poetry export --output requirements.txt \
 && pip install --require-hashes -r requirements.txt
COPY harbour_clock harbour_clock
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]

# ---- after: two stages on the slim image, and both go on from the one with Poetry
FROM python:3.13-slim-trixie AS poetry
RUN pip install --no-cache-dir poetry==2.5.1 poetry-plugin-export==1.10.1
WORKDIR /app

FROM poetry AS packages
COPY pyproject.toml poetry.lock ./
RUN poetry export --output requirements.txt \
 && pip install --no-cache-dir --require-hashes --target packages -r requirements.txt

FROM poetry AS after
COPY --from=packages /app/packages packages
COPY harbour_clock harbour_clock
ENV PYTHONPATH=/app:/app/packages
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]

# ---- the same, and the image goes on from a base without Poetry
FROM python:3.13-slim-trixie AS without
WORKDIR /app
COPY --from=packages /app/packages packages
COPY harbour_clock harbour_clock
ENV PYTHONPATH=/app:/app/packages
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
