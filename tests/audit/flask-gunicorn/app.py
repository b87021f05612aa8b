from flask import Flask

app = Flask(__name__)


@app.get("/")
def cranes():
    return {"cranes": 4}


@app.get("/healthz")
def healthz():
    return "ok"
