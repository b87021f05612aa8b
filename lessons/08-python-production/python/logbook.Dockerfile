# --- packages: pip compiles the driver here, with the compiler, Python's headers and libpq-dev of the full image
FROM python:3.13-trixie AS packages
RUN python -m venv /venv
WORKDIR /app
COPY requirements.txt requirements-logbook.txt ./
RUN --mount=type=cache,id=python-production-pip,target=/root/.cache/pip \
    /venv/bin/pip install --require-hashes -r requirements.txt -r requirements-logbook.txt

# --- forgotten: the extension came along, and the library that it is linked to did not
FROM python:3.13-slim-trixie AS forgotten
COPY --from=packages /venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /app
COPY logbook logbook
COPY harbour_clock harbour_clock
USER 65532:65532
EXPOSE 8080
CMD ["python", "-m", "logbook"]

# --- package: the same, and the library from Debian's package
FROM python:3.13-slim-trixie AS package
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
COPY --from=packages /venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /app
COPY logbook logbook
COPY harbour_clock harbour_clock
USER 65532:65532
EXPOSE 8080
CMD ["python", "-m", "logbook"]

# --- libraries: every file that ldd names and the base does not have
FROM packages AS libraries
RUN --mount=type=bind,from=gcr.io/distroless/python3-debian13:nonroot,target=/base \
    mkdir /libraries \
 && for file in $(ldd /venv/lib/python3.13/site-packages/psycopg2/*.so | grep -o '/[^ ]*\.so[^ ]*'); do \
        find /base/lib/ /base/lib64/ /base/usr/lib/ -name "$(basename "$file")" | grep -q . || cp -v -L "$file" /libraries/; \
    done

# --- copied: distroless, with these files
FROM gcr.io/distroless/python3-debian13:nonroot AS copied
COPY --from=libraries /libraries /libraries
COPY --from=packages /venv/lib/python3.13/site-packages /packages
ENV LD_LIBRARY_PATH=/libraries PYTHONPATH=/app:/packages
WORKDIR /app
COPY logbook logbook
COPY harbour_clock harbour_clock
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/usr/bin/python3.13", "-m", "logbook"]
