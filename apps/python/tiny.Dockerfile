# How small it gets when size is all that counts: an end point to learn from. Ship multi-stage.Dockerfile, twice as large.
# The service is run during the build, asked everything it can answer, and shipped with what it used. What is given up:
#
#   completeness: a module, codec or library that no question in tiny.py needs is not there, neither for a debugging
#     session nor for a branch that runs only on a bad day; every extension of the service has to be asked about
#   readable tracebacks: sources are gone, so they name lines without showing them
#   a list of contents: without packages' metadata, a scanner finds nothing to report, vulnerable or not
#   convenience of uvicorn[standard]: no websockets, no reloading, no .env files; this service uses none of them
#
# Where it stops: the interpreter has 6.8 MB, OpenSSL 7.6, pydantic's compiled core 5.0, libc and its loader 2.2. Only a
# service that gives up TLS, and with it /peer and /roots, could be much smaller.

# --- packages: as in multi-stage.Dockerfile, without the optional ones
FROM python:3.13-trixie AS packages
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,id=harbour-clock-pip,target=/root/.cache/pip \
    pip install --require-hashes --only-binary :all: --no-compile --target site-packages -r requirements.txt
# uvicorn loads these if they are there. Without its symbol table an extension module still has the names it exports.
RUN rm -r site-packages/*dotenv* site-packages/watchfiles* site-packages/websockets* site-packages/*yaml* \
 && find site-packages -name '*.so' -exec strip --strip-unneeded {} +

# --- revision: a file of its own, so that a new revision repeats nothing else
FROM python:3.13-trixie AS revision
ARG REVISION=unknown
RUN printf '%s\n' "$REVISION" > /REVISION

# --- floor: what the service loads, found out by running it
FROM gcr.io/distroless/python3-debian13:nonroot AS floor
USER 0:0
WORKDIR /app
ENV PYTHONPATH=/app:/app/site-packages PYTHONPYCACHEPREFIX=/app/bytecode
COPY --from=packages /app/site-packages site-packages
COPY tiny.py .
COPY harbour_clock harbour_clock
RUN ["/usr/bin/python3.13", "tiny.py", "pack", "/floor"]

# --- the image: an interpreter, its libraries, two archives of bytecode, zones and certificate authorities
FROM scratch AS final
COPY --from=floor /floor/ /
ENV PYTHONPATH=/app:/app/site-packages:/app/site-packages/packages.zip LANG=C.UTF-8 SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 65532:65532
# The same questions once more, now that nothing else is around: what is missing fails the build, not a container.
RUN --mount=type=bind,source=tiny.py,target=/tmp/tiny.py ["/usr/bin/python3.13", "/tmp/tiny.py", "exercise"]
COPY --from=revision /REVISION /app/harbour_clock/
ARG REVISION=unknown
LABEL org.opencontainers.image.title="harbour-clock" \
      org.opencontainers.image.description="The harbour clock in Python, with nothing that it does not load" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="MIT"
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s \
    CMD ["/usr/bin/python3.13", "-m", "harbour_clock", "health"]
ENTRYPOINT ["/usr/bin/python3.13", "-m", "harbour_clock"]
