# Runs in a container of the Python base. The root is written last and under its final name in one step, for whoever waits.
set -e
cd /
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=The root of a lesson" \
    -keyout root.key -out root.new -addext "keyUsage=critical,keyCertSign" 2> /dev/null
openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" -keyout peer.key -out peer.csr 2> /dev/null
printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n' > names
openssl x509 -req -in peer.csr -CA root.new -CAkey root.key -CAcreateserial -days 2 -extfile names -out peer.pem 2> /dev/null
cat > serve.py << 'PYTHON'
import http.server, os, ssl
class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *words):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 8443), Hello)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/peer.pem", "/peer.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
os.rename("/root.new", "/peer-root.pem")
server.serve_forever()
PYTHON
exec python3 serve.py
