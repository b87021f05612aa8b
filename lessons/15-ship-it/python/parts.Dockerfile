FROM python:3.13-trixie AS dependencies
WORKDIR /app
COPY requirements.txt .
RUN pip install --require-hashes --only-binary :all: --target packages -r requirements.txt

FROM python:3.13-trixie AS build
WORKDIR /app
COPY harbour_clock harbour_clock
RUN python -m compileall -q harbour_clock

# ---- the commit in a file, below everything else
FROM python:3.13-slim-trixie AS stamped
ARG REVISION=unknown
RUN echo "$REVISION" > /etc/revision
WORKDIR /app
ENV PYTHONPATH=/app:/app/packages
COPY --from=dependencies /app/packages packages
COPY --from=build /app/harbour_clock harbour_clock
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]

# ---- permissions in a line of their own, at the end
FROM python:3.13-slim-trixie AS opened
WORKDIR /app
ENV PYTHONPATH=/app:/app/packages
COPY --from=dependencies /app/packages packages
COPY --from=build /app/harbour_clock harbour_clock
RUN chmod -R a+rX,go-w /app
EXPOSE 8080
CMD ["python", "-m", "harbour_clock"]
