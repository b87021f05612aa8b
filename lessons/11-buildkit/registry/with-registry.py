"""Stands in for a company's private package index, so that this lesson needs no server.

It answers on loopback while one command runs, and ends with that command's status:

    python with-registry.py pip install -r requirements.txt

Like a real one it gives its package only to a request with the right token, and answers 401 to any other. The token itself is
not in here: the package is enciphered, and the token is the key.
"""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

PORT = 3141
ADDRESS = f"http://127.0.0.1:{PORT}"
STORED = json.loads(Path(__file__).with_name("tides-wheel.json").read_text())


def opened(token: str) -> bytes:
    """The wheel; a ValueError for any other token."""
    sealed = base64.b64decode(STORED["sealed"])
    key = hashlib.scrypt(token.encode(), salt=b"harbour", n=16384, r=8, p=1, dklen=64)
    if not hmac.compare_digest(hmac.digest(key[:32], sealed, "sha256").hex(), STORED["tag"]):
        raise ValueError("the token is missing or wrong")
    # The standard library has no cipher. A hash of any length is one, for a key that enciphers a single text.
    stream = hashlib.shake_256(key[32:]).digest(len(sealed))
    return bytes(byte ^ other for byte, other in zip(sealed, stream, strict=True))


class Registry(BaseHTTPRequestHandler):
    """The simple repository API of PEP 503: a page of links for the package, and the file that the link names."""

    def do_GET(self) -> None:
        """Answer pip. It sends name and token as HTTP Basic, and only the token counts here."""
        credentials = self.headers.get("authorization", "").removeprefix("Basic ")
        try:
            wheel = opened(base64.b64decode(credentials).decode().partition(":")[2])
        except ValueError:
            return self.answer(401, b"the token is missing or wrong")
        if self.path == f"/files/{STORED['file']}":
            return self.answer(200, wheel)
        if self.path != f"/simple/{STORED['name']}/":
            return self.answer(404, b"there is no such package")
        link = f"/files/{STORED['file']}#sha256={hashlib.sha256(wheel).hexdigest()}"
        return self.answer(200, f'<!DOCTYPE html><a href="{link}">{STORED["file"]}</a>'.encode())

    def answer(self, status: int, body: bytes) -> None:
        """Send one answer."""
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="harbour"')
        kind = "application/octet-stream" if self.path.endswith(".whl") else "text/html"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the command's own words are what counts."""


def main() -> int:
    """Run the command beside the index."""
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Registry)
    Thread(target=server.serve_forever, daemon=True).start()
    env = dict(os.environ)
    # A proxy of the network must not be asked for what is on loopback.
    direct = ",".join(filter(None, [env.get("NO_PROXY") or env.get("no_proxy"), "127.0.0.1"]))
    env |= {"NO_PROXY": direct, "no_proxy": direct, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    # Nor may a mirror of the public index: where a base names one here, pip would prefer it to the address in a pip.conf.
    if ADDRESS.removeprefix("http://") not in env.get("PIP_INDEX_URL", ""):
        env.pop("PIP_INDEX_URL", None)
    try:
        return subprocess.run(sys.argv[1:], env=env, check=False).returncode
    except OSError as error:
        print(error, file=sys.stderr)
        return 127


if __name__ == "__main__":
    sys.exit(main())
