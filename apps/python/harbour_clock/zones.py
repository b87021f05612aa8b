"""Time in the zones of the system's IANA time zone database."""

import json
import re
from datetime import UTC, datetime
from functools import cache
from typing import TypedDict
from zoneinfo import ZoneInfo, available_timezones

# RFC 3339, section 5.6. `datetime.fromisoformat` alone takes more: bare dates, week dates.
_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE
)
# Files that Debian keeps beside the zones: this machine's own setting, and a default for rules.
_NOT_IANA = frozenset({"localtime", "posixrules"})


class UnknownZoneError(LookupError):
    """The name is no zone of the database, or there is no database; the message says which."""


class ZonedTime(TypedDict):
    """One instant on the wall clock of a zone: RFC 3339 with whole seconds, offset `+HH:MM`."""

    zone: str
    time: str
    utc_offset: str


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones() - _NOT_IANA)


def find_zone(name: str) -> ZoneInfo:
    """Return the zone of that exact name.

    Looking the name up in the list of known ones, not on the disk, keeps paths such as
    `../../etc/passwd` away from the file system.

    Raises:
        UnknownZoneError: if there is none.

    """
    names = _zone_names()
    if name in names:
        return ZoneInfo(name)
    message = f"unknown time zone {json.dumps(name, ensure_ascii=False)}"
    raise UnknownZoneError(message if names else f"{message}: no zone data in this image")


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 instant.

    Raises:
        ValueError: if the text is anything else, or a date that does not exist.

    """
    if not _RFC_3339.fullmatch(text):
        raise ValueError("not an RFC 3339 instant")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError:
        raise ValueError("before the first year of the calendar") from None


def time_in(name: str, instant: datetime) -> ZonedTime:
    """Tell what the clocks of a zone show at an instant.

    Raises:
        UnknownZoneError: if there is no such zone.
        OverflowError: if the instant is so near year 1 or 9999 that the local time leaves the calendar.

    """
    local = instant.astimezone(find_zone(name))
    offset = local.utcoffset()
    # Local mean times of the 19th century have seconds in their offset; RFC 3339 has no place for them.
    minutes = int(offset.total_seconds() / 60) if offset else 0
    utc_offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    wall_clock = local.replace(tzinfo=None).isoformat(timespec="seconds")
    return {"zone": name, "time": f"{wall_clock}{utc_offset}", "utc_offset": utc_offset}
