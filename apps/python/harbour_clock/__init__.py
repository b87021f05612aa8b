"""The harbour clock: a small HTTP service that tells the time, what it trusts and what it was sent."""

from pathlib import Path

__version__ = "1.0.0"


def revision() -> str:
    """Return the source revision the image was built from, "unknown" outside such a build.

    The build writes it to a file beside this one: what an image was made from must not depend on
    how a container of it is started, so it is no environment variable.
    """
    try:
        return Path(__file__).with_name("REVISION").read_text("utf-8").strip() or "unknown"
    except FileNotFoundError:
        return "unknown"
