# A script that needs nothing but Python: it answers whether it is well, and that is all.
import http.server


class Tide(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"status":"ok"}')

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("", 8080), Tide).serve_forever()
