# It works. The token comes in with tides/pip/pip.conf, which is deleted as soon as pip has read it.
FROM python:3.13-trixie
WORKDIR /app
COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt
COPY harbour_clock harbour_clock
COPY registry /registry
COPY tides/pip tides
RUN cd tides \
 && PIP_CONFIG_FILE=pip.conf python /registry/with-registry.py pip install -r requirements.txt \
 && rm pip.conf
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
