FROM python:3.13-trixie
WORKDIR /app
COPY requirements.txt requirements-logbook.txt ./
RUN --mount=type=cache,id=python-production-compiled,target=/root/.cache/pip \
    pip install --require-hashes -r requirements.txt -r requirements-logbook.txt
COPY logbook logbook
COPY harbour_clock harbour_clock
EXPOSE 8080
CMD ["python", "-m", "logbook"]
