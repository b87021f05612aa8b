# --- packages: the driver is compiled here; the full image has the compiler and the database's headers
FROM python:3.13-trixie AS packages
RUN python -m venv --without-pip /venv
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,id=your-own-pip,target=/root/.cache/pip \
    pip --python /venv/bin/python install --require-hashes -r requirements.txt

FROM python:3.13-slim-trixie
COPY --from=packages /venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /app
COPY data data
COPY berths berths
USER 65532:65532
EXPOSE 8080
# with --preload the error comes once, and not from every worker
CMD ["gunicorn", "--preload", "--bind", "0.0.0.0:8080", "--workers", "2", "--no-control-socket", "berths.app:app"]
