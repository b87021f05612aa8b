# ---- one stage
FROM python:3.13-slim-trixie AS one
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --only-binary :all: numpy==2.5.5 pandas==3.1.1 \
 && pip install --no-cache-dir --require-hashes -r requirements.txt
COPY harbour_clock harbour_clock
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]

# ---- two stages on the same base
FROM python:3.13-slim-trixie AS packages
RUN python -m venv --without-pip /venv
WORKDIR /app
COPY requirements.txt .
RUN pip --python /venv/bin/python install --no-cache-dir --only-binary :all: numpy==2.5.5 pandas==3.1.1 \
 && pip --python /venv/bin/python install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.13-slim-trixie AS two
COPY --from=packages /venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /app
COPY harbour_clock harbour_clock
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
