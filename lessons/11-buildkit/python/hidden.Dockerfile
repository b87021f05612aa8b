# build: sees tides/pip/pip.conf with the token in it
FROM python:3.13-trixie AS build
WORKDIR /app
COPY requirements.txt .
RUN pip install --require-hashes --target packages -r requirements.txt
COPY harbour_clock harbour_clock
RUN python -m compileall -q harbour_clock
COPY registry /registry
COPY tides/pip tides
RUN cd tides \
 && PIP_CONFIG_FILE=pip.conf python /registry/with-registry.py pip install --target packages -r requirements.txt \
 && rm pip.conf

# run
FROM python:3.13-slim-trixie
WORKDIR /app
ENV PYTHONPATH=/app/packages
COPY --from=build /app/tides/packages packages
COPY --from=build /app/packages packages
COPY --from=build /app/harbour_clock harbour_clock
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
