"""How the process leaves when it is told to."""

import os
import signal
from types import FrameType


def leave_when_told() -> None:
    """From now on end with status 0 on SIGTERM and SIGINT.

    The kernel ignores both for PID 1 of a container until it has handlers. To be called before the slow
    imports: a container that is stopped while it starts would otherwise be killed ten seconds later.
    uvicorn takes the signals over while it serves, finishes what is in flight, then raises them anew for
    the handlers it found, which are these.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)


def _leave(_number: int, _frame: FrameType | None) -> None:
    # Not sys.exit(): that waits for threads, and one may sit in a call that takes longer than we have.
    os._exit(0)
