"""Whom this process trusts: the CA certificates OpenSSL finds, and a TLS connection that uses them."""

import http.client
import os
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlsplit

PEER_TIMEOUT = 5.0  # seconds

# In a directory OpenSSL opens only files named by the hash of a subject, such as 5ed36f99.0.
_HASHED_NAME = re.compile(r"[0-9a-f]{8}\.\d+")


class Roots(TypedDict):
    """How many CA certificates can be loaded and the file or directory that holds them."""

    count: int
    source: str | None


def roots() -> Roots:
    """Count the CA certificates a default TLS client of this process could use.

    OpenSSL reads the file up front and the directories only during a handshake, so
    `create_default_context().get_ca_certs()` would miss the second kind; here both are read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    sources = []
    for place, files in _places():
        before = context.cert_store_stats()["x509_ca"]
        for file in files:
            try:
                context.load_verify_locations(file)
            except OSError:  # absent, unreadable, or (ssl.SSLError) no certificate in it
                continue
        if context.cert_store_stats()["x509_ca"] > before:
            sources.append(place)
    count = context.cert_store_stats()["x509_ca"]
    return {"count": count, "source": " and ".join(sources) or None}


def _places() -> Iterator[tuple[str, list[Path]]]:
    """Yield what SSL_CERT_FILE and SSL_CERT_DIR name, or OpenSSL's own defaults."""
    paths = ssl.get_default_verify_paths()
    file = os.environ.get(paths.openssl_cafile_env, paths.openssl_cafile)
    yield file, [Path(file)]
    directories = os.environ.get(paths.openssl_capath_env, paths.openssl_capath)
    for directory in filter(None, directories.split(os.pathsep)):
        try:
            entries = sorted(Path(directory).iterdir())
        except OSError:
            continue
        yield directory, [entry for entry in entries if _HASHED_NAME.fullmatch(entry.name)]


def ask_peer(url: str) -> int:
    """GET an https URL with the default trust and return the status; redirects are not followed.

    Blocks for up to `PEER_TIMEOUT` in each step (connect, handshake, answer).

    Raises:
        OSError: if the connection fails; `ssl.SSLError` is one.
        http.client.HTTPException: if what comes back is not HTTP.

    """
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(
        parts.hostname or "", parts.port, timeout=PEER_TIMEOUT, context=ssl.create_default_context()
    )
    try:
        target = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
        connection.request("GET", target, headers={"Accept": "*/*"})
        return connection.getresponse().status
    finally:
        connection.close()
