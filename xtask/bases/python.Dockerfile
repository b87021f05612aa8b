# python:3.13-trixie and python:3.13-slim-trixie, with Debian's interpreter instead of one compiled in /usr/local.
ARG PARENT
FROM ${PARENT} AS slim
RUN --mount=type=cache,id=drydock-apt-python,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=drydock-lists-python,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=bind,source=files/keep-downloads.conf,target=/etc/apt/apt.conf.d/docker-clean \
    apt-get update -q && apt-get install -qy --no-install-recommends \
        ca-certificates netbase tzdata \
        python3 python3-pip python3-venv
ARG VERSION
ENV PYTHON_VERSION=${VERSION} \
    PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin
# The names of the official image. Debian forbids pip to touch its own interpreter (EXTERNALLY-MANAGED);
# the official images allow it, and what a Dockerfile does there must work here.
RUN for tool in python3.13 python3 pip3 pydoc3; do ln -s "/usr/bin/${tool}" "/usr/local/bin/${tool}" || exit 1; done \
    && ln -s python3 /usr/local/bin/python \
    && ln -s pip3 /usr/local/bin/pip \
    && rm /usr/lib/python3*/EXTERNALLY-MANAGED \
    && test "$(python --version)" = "Python ${VERSION}"
# Debian strips the lists of files by which pip could replace these with newer ones, as it may in the official images.
RUN cd /usr/lib/python3/dist-packages && for note in packaging-*.dist-info pip-*.dist-info wheel-*.dist-info; do \
        find "${note%%-*}" "${note}" -type f -printf '%p,,\n' > "${note}/RECORD" || exit 1; done
CMD ["python3"]

# What an extension module needs to be compiled. The official image has it, and its slim form has not. Like the official one without
# the static library.
FROM slim AS full
RUN --mount=type=cache,id=drydock-apt-python,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=drydock-lists-python,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=bind,source=files/keep-downloads.conf,target=/etc/apt/apt.conf.d/docker-clean \
    apt-get update -q && apt-get install -qy --no-install-recommends libpython3-dev \
    && find /usr/lib -name 'libpython3*.a' -delete
