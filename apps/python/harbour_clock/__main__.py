"""The command line: `python -m harbour_clock` serves, `python -m harbour_clock health` probes."""

import os
import sys

from harbour_clock.settings import Settings, SettingsError
from harbour_clock.stopping import leave_when_told


def main(arguments: list[str]) -> int:
    """Run the command named by the arguments and return its exit status (2: wrong usage)."""
    if arguments not in ([], ["health"]):
        print("usage: python -m harbour_clock [health]", file=sys.stderr)
        return 2
    try:
        settings = Settings.from_environment(os.environ)
    except SettingsError as error:
        print(f"harbour-clock: {error}", file=sys.stderr)
        return 2
    # Imported late on purpose: the probe runs every few seconds and must not load the web framework.
    if arguments:
        from harbour_clock.probe import probe

        return probe(settings)
    leave_when_told()
    from harbour_clock.server import serve

    return serve(settings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
