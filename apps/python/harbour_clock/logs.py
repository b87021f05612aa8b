"""Logs as lines of JSON on standard output, one per request."""

import json
import time
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send


def utc_now() -> str:
    """Return the current instant in RFC 3339, UTC, with milliseconds."""
    return f"{datetime.now(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def write_line(**fields: object) -> None:
    """Write one line: the time, then the fields. Flushed, or a pipe would hold it back."""
    print(json.dumps({"time": utc_now(), **fields}), flush=True)


class RequestLog:
    """ASGI middleware around the whole application, so that it also sees answers to errors."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and log it when it is finished; status null means nobody was answered."""
        start = time.perf_counter()
        status: int | None = None

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, note_status)
        finally:
            duration = round((time.perf_counter() - start) * 1000, 3)
            write_line(method=scope["method"], path=scope["path"], status=status, duration_ms=duration)
