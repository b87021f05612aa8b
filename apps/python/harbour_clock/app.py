"""The HTTP interface: what each path answers."""

import http.client
import platform
import time
from datetime import UTC, datetime
from typing import Annotated

import anyio
from fastapi import FastAPI, HTTPException, Request
from pydantic import BeforeValidator

from harbour_clock import __version__, errors, revision
from harbour_clock.logs import utc_now
from harbour_clock.settings import Settings
from harbour_clock.spool import MAX_BYTES, Checksum, NoSpoolError, TooLargeError, checksum
from harbour_clock.trust import PEER_TIMEOUT, Roots, ask_peer, roots
from harbour_clock.zones import UnknownZoneError, ZonedTime, parse_instant, time_in

Instant = Annotated[datetime, BeforeValidator(parse_instant)]


def create_app(settings: Settings) -> FastAPI:
    """Build the application; its clock of uptime starts here."""
    # No generated documentation pages: they load their scripts from elsewhere, and the contract has
    # no such path. No redirect to the path with a slash: that path is not there either.
    app = FastAPI(title="harbour-clock", openapi_url=None, redirect_slashes=False)
    errors.install(app)
    started_at, started = utc_now(), time.monotonic()

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/")
    async def identity() -> dict[str, str | float]:
        return {
            "service": "harbour-clock",
            "language": "python",
            "runtime": f"{platform.python_implementation()} {platform.python_version()}",
            "version": __version__,
            "revision": revision(),
            "started_at": started_at,
            "uptime_seconds": round(time.monotonic() - started, 3),
        }

    @app.get("/time/{zone:path}")
    async def zoned_time(zone: str, at: Instant | None = None) -> ZonedTime:
        try:
            return time_in(zone, at or datetime.now(UTC))
        except UnknownZoneError as error:
            raise HTTPException(404, str(error)) from error
        except OverflowError as error:
            raise HTTPException(400, "at: outside the calendar in this zone") from error

    @app.get("/roots")
    def trusted_roots() -> Roots:  # no `async`: it reads files, so FastAPI runs it in a thread
        return roots()

    @app.get("/peer")
    async def peer() -> dict[str, str | int]:
        if settings.peer_url is None:
            raise HTTPException(404, "no peer: PEER_URL is not set")
        try:
            with anyio.fail_after(PEER_TIMEOUT):  # for all steps together
                status = await anyio.to_thread.run_sync(ask_peer, settings.peer_url, abandon_on_cancel=True)
        except (OSError, http.client.HTTPException) as error:
            raise HTTPException(502, str(error) or f"no answer within {PEER_TIMEOUT:g} s") from error
        return {"peer": settings.peer_url, "status": status}

    @app.post("/checksum")
    async def body_checksum(request: Request) -> Checksum:
        try:
            # Believed only where it refuses; the bytes themselves are counted too.
            if int(request.headers.get("content-length", 0)) > MAX_BYTES:
                raise TooLargeError
            return await checksum(request.stream(), settings.temporary_directory)
        except TooLargeError as error:
            raise HTTPException(413, f"the body has more than {MAX_BYTES} bytes") from error
        except NoSpoolError as error:
            raise HTTPException(507, str(error)) from error

    return app
