from bottle import run

run(host="0.0.0.0", port=8080)
