# The lamp of a buoy: two answers, and no handler for any signal.
import http.server
import json
import os
import sys


class Buoy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = {"status": "ok"} if self.path == "/health" else {"greeting": os.environ.get("GREETING", "none")}
        data = json.dumps(body | {"arguments": sys.argv[1:]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


print("lit", flush=True)
http.server.ThreadingHTTPServer(("", 8080), Buoy).serve_forever()
