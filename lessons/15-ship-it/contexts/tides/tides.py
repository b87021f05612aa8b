"""A second service of the harbour: the next high water. It is here to share a base with the first one."""

import json
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

HALF_DAY = (12 * 60 + 25) * 60


class Tides(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        wait = HALF_DAY - time.time() % HALF_DAY
        answer = {"status": "ok"} if self.path == "/health" else {"seconds_to_high_water": int(wait)}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
HTTPServer(("", 8080), Tides).serve_forever()
