import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from harbour_clock import zones
from harbour_clock.zones import UnknownZoneError, find_zone, parse_instant, time_in


@pytest.mark.parametrize(
    ("zone", "at", "time"),
    [
        ("Europe/Paris", "2026-03-29T00:59:59Z", "2026-03-29T01:59:59+01:00"),
        ("Europe/Paris", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00+02:00"),
        ("America/St_Johns", "2026-07-01T12:00:00Z", "2026-07-01T09:30:00-02:30"),
        ("America/Argentina/Buenos_Aires", "2026-07-01T12:00:00Z", "2026-07-01T09:00:00-03:00"),
        ("UTC", "2026-07-01T14:00:00.999+02:00", "2026-07-01T12:00:00+00:00"),
        # Local mean time: 9 min 21 s east, the sun's own noon.
        ("Europe/Paris", "1880-01-01T00:00:00Z", "1880-01-01T00:09:21+00:09"),
        ("UTC", "0099-01-01T00:00:00Z", "0099-01-01T00:00:00+00:00"),
    ],
)
def test_wall_clock(zone: str, at: str, time: str) -> None:
    answer = time_in(zone, parse_instant(at))
    assert answer == {"zone": zone, "time": time, "utc_offset": time[-6:]}


@pytest.mark.parametrize(
    "name",
    ["Mars/Olympus", "", "Europe", "europe/paris", "../../etc/passwd", "/etc/localtime", "a\0b",
     "Local", "localtime", "posixrules", "posix/Europe/Paris", "right/UTC", "tzdata.zi", "UTC\n"],
)  # fmt: skip
def test_unknown_zones(name: str) -> None:
    with pytest.raises(UnknownZoneError, match=r"^unknown time zone "):
        find_zone(name)


@pytest.mark.parametrize(
    "text",
    ["yesterday", "", "2026-01-15", "2026-W03-4", "2026-01-15T12:00:00", "2026-01-15 12:00:00Z",
     "2026-02-30T12:00:00Z", "2026-01-15T25:00:00Z", "0000-01-01T00:00:00Z", "1768478400",
     "2026-01-15T12:00:00+99:00", "0001-01-01T00:00:00+01:00", "\uff12026-01-15T12:00:00Z"],
)  # fmt: skip
def test_bad_instants(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)


def test_instants_of_rfc_3339() -> None:
    noon = datetime(2026, 1, 15, 12, tzinfo=UTC)
    for text in ("2026-01-15T12:00:00Z", "2026-01-15t12:00:00z", "2026-01-15T17:30:00.0+05:30"):
        assert parse_instant(text) == noon


@pytest.fixture
def no_zone_data() -> Iterator[None]:
    zoneinfo.reset_tzpath(to=[])
    zones._zone_names.cache_clear()
    yield
    zoneinfo.reset_tzpath()
    zones._zone_names.cache_clear()


@pytest.mark.usefixtures("no_zone_data")
def test_missing_zone_data_is_told_from_a_wrong_name() -> None:
    with pytest.raises(UnknownZoneError) as error:
        find_zone("Europe/Paris")
    assert str(error.value) == 'unknown time zone "Europe/Paris": no zone data in this image'
