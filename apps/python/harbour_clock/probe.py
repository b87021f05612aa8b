"""The health probe, for images that have no shell and no curl."""

import http.client
import signal
import sys
from types import FrameType

from harbour_clock.settings import Settings

DEADLINE = 2.0  # seconds, for everything together

# A server that listens everywhere is asked on the loopback interface.
_REACHABLE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def probe(settings: Settings) -> int:
    """Ask the service on this machine for /health; return 0 if it is well, else say why, return 1."""
    # A socket's timeout starts anew with every byte; the alarm ends even an answer that drips.
    signal.signal(signal.SIGALRM, _too_late)
    signal.setitimer(signal.ITIMER_REAL, DEADLINE)
    host = _REACHABLE.get(settings.bind, settings.bind)
    connection = http.client.HTTPConnection(host, settings.port)
    try:
        connection.request("GET", "/health")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        print(f"harbour-clock: unhealthy: {error}", file=sys.stderr)
        return 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        connection.close()
    if status != 200:
        print(f"harbour-clock: unhealthy: /health answered {status}", file=sys.stderr)
        return 1
    return 0


def _too_late(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"no answer within {DEADLINE:g} s")
