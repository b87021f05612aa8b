"""What the board at the pier and the office's tablet ask for."""

import hmac
import os

from flask import Flask, request

from . import arrivals, quay

app = Flask("berths")
app.json.ensure_ascii = False
BERTHS = quay.read()


@app.get("/")
def about():
    return {
        "service": "berths",
        "berths": len(BERTHS),
        "arrivals_from": arrivals.source(),
        "driver": arrivals.driver(),
    }


@app.get("/health")
def health():
    return {"status": "ok"}


@app.get("/berths")
def every_berth():
    taken = arrivals.current()
    return {
        "berths": [
            {"name": one.name, "length": one.length, "depth": one.depth, "free": one.name not in taken}
            for one in BERTHS
        ]
    }


@app.get("/berths/free")
def free_berths():
    try:
        length = float(request.args.get("length", "0"))
        draught = float(request.args.get("draught", "0"))
    except ValueError:
        return {"error": "length and draught are metres, such as 9.5"}, 400
    taken = arrivals.current()
    fitting = [one.name for one in BERTHS if one.name not in taken and one.takes(length, draught)]
    return {"berths": fitting, "best": fitting[0] if fitting else None}


@app.get("/skippers")
def skippers():
    """Names of people: for the office alone."""
    token = os.environ.get("BERTHS_TOKEN", "")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        return {"error": "this is for the harbour office"}, 401
    return {"skippers": {berth: row["skipper"] for berth, row in arrivals.current().items()}}


@app.errorhandler(404)
def unknown(_):
    return {"error": "no such path"}, 404


@app.errorhandler(405)
def wrong_method(error):
    return {"error": "wrong method"}, 405, {"Allow": ", ".join(sorted(error.valid_methods or []))}
