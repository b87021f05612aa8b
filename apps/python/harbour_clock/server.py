"""The server process: its socket, its signals, its exit status."""

import logging
import os
import socket
import sys

import uvicorn

from harbour_clock.app import create_app
from harbour_clock.logs import RequestLog, write_line
from harbour_clock.settings import Settings

GRACE = 4  # seconds for requests in flight; `docker stop` kills after 10


def serve(settings: Settings) -> int:
    """Serve until a signal ends the process (see `stopping`); return 1 if it cannot listen."""
    # Warnings and tracebacks only, on standard error; standard output belongs to `RequestLog`.
    logging.basicConfig(level=logging.WARNING, format="harbour-clock: %(message)s")

    try:
        listener = _listen(settings)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        print(f"harbour-clock: cannot listen on {settings.listening}: {reason}", file=sys.stderr)
        return 1

    config = uvicorn.Config(
        RequestLog(create_app(settings)),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )
    _Server(config, settings.listening).run(sockets=[listener])
    return 0


class _Server(uvicorn.Server):
    """uvicorn, announcing itself in our log when it takes requests."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        write_line(message="listening", address=self._address)


def _listen(settings: Settings) -> socket.socket:
    if ":" not in settings.bind:
        return socket.create_server((settings.bind, settings.port), backlog=2048)
    both = settings.bind == "::" and socket.has_dualstack_ipv6()
    return socket.create_server(
        (settings.bind, settings.port),
        family=socket.AF_INET6,
        backlog=2048,
        dualstack_ipv6=both,
    )
