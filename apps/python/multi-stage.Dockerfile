# Python ships its source, so there is no program to carry out of the dockyard; what stays behind is pip and the tools.

# --- packages: what the service depends on, made again when requirements.txt changes and not before
FROM python:3.13-trixie AS packages
WORKDIR /app
COPY requirements.txt .
# Hashes pin the very files, not just version numbers. The cache mount keeps downloads on the builder and out of layers.
# bin/ holds command line tools for a shell that will not be there.
RUN --mount=type=cache,id=harbour-clock-pip,target=/root/.cache/pip \
    pip install --require-hashes --only-binary :all: --no-compile --target packages -r requirements.txt \
 && rm -r packages/bin
# Half of these bytes are debugging symbols of compiled extensions. No one will run a debugger in the image.
RUN find packages -name '*.so' -exec strip --strip-debug {} +

# --- source: our own code, and from which revision it is
FROM python:3.13-trixie AS source
WORKDIR /app
COPY harbour_clock harbour_clock
ARG REVISION=unknown
RUN printf '%s\n' "$REVISION" > harbour_clock/REVISION
# Unchecked: an image's files do not change, so Python need not compare bytecode with its source at every start.
RUN PYTHONPYCACHEPREFIX=/app/bytecode python -m compileall -q --invalidation-mode unchecked-hash harbour_clock

# --- bytecode: compiled by the interpreter that will read it, its own standard library included
FROM gcr.io/distroless/python3-debian13:nonroot AS bytecode
USER 0:0
WORKDIR /app
ENV PYTHONPATH=/app/packages PYTHONPYCACHEPREFIX=/app/bytecode
COPY --from=packages /app/packages packages
COPY bytecode.py .
# A list instead of a line: there is no shell here to read a line.
RUN ["/usr/bin/python3.13", "bytecode.py"]

# --- check: formatter, linter, types and tests, on demand with --target check; the image does not depend on it
FROM python:3.13-trixie AS check
WORKDIR /app
# A virtual environment, so that the tools cannot clash with packages the base image has of its own.
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements-dev.txt .
RUN --mount=type=cache,id=harbour-clock-pip,target=/root/.cache/pip \
    pip install --require-hashes --only-binary :all: -r requirements-dev.txt
COPY . .
RUN ruff format --check .
RUN ruff check .
RUN mypy
RUN pytest

# --- the image: an interpreter and the libraries it is linked to; no shell, no pip, no package manager
FROM gcr.io/distroless/python3-debian13:nonroot AS final
WORKDIR /app
ENV PYTHONPATH=/app:/app/packages PYTHONPYCACHEPREFIX=/app/bytecode
# What changes least comes first: after an edit of our code, only the last two layers are new.
COPY --from=packages /app/packages packages
COPY --from=bytecode /app/bytecode bytecode
COPY --from=source /app/bytecode/app bytecode/app
COPY --from=source /app/harbour_clock harbour_clock
ARG REVISION=unknown
LABEL org.opencontainers.image.title="harbour-clock" \
      org.opencontainers.image.description="The harbour clock in Python: time zones, trust roots and checksums over HTTP" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="MIT"
# A number, because an orchestrator that must not run root cannot tell who a name is.
USER 65532:65532
EXPOSE 8080
# Without a shell and without curl the service probes itself.
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s \
    CMD ["/usr/bin/python3.13", "-m", "harbour_clock", "health"]
# Python is PID 1 and gets SIGTERM itself, with no shell in between that would swallow it.
ENTRYPOINT ["/usr/bin/python3.13", "-m", "harbour_clock"]
