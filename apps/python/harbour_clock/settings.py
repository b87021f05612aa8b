"""What the environment may say, checked once at start."""

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit


class SettingsError(ValueError):
    """A variable holds a value the service cannot use; the message is one line for the operator."""

    def __init__(self, name: str, rule: str, value: str) -> None:
        """Say which variable breaks which rule. The value is quoted, so it cannot break the line."""
        super().__init__(f"{name} must be {rule}, got {json.dumps(value, ensure_ascii=False)}")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where to listen, whom to ask, where to put temporary files. An empty variable counts as unset."""

    port: int = 8080
    bind: str = "0.0.0.0"  # noqa: S104 - in a container every interface is the sensible default
    peer_url: str | None = None
    temporary_directory: str = "/tmp"  # noqa: S108 - what TMPDIR means when nobody sets it

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read PORT, BIND, PEER_URL and TMPDIR.

        Raises:
            SettingsError: for the first value that cannot be used.

        """
        return cls(
            port=_port(environment.get("PORT") or "8080"),
            bind=_address(environment.get("BIND") or "0.0.0.0"),  # noqa: S104
            peer_url=_https_url(environment.get("PEER_URL") or None),
            temporary_directory=environment.get("TMPDIR") or "/tmp",  # noqa: S108
        )

    @property
    def listening(self) -> str:
        """The address as one word, `0.0.0.0:8080` or `[::]:8080`."""
        return f"[{self.bind}]:{self.port}" if ":" in self.bind else f"{self.bind}:{self.port}"


def _port(value: str) -> int:
    # int() alone would accept " 80", "8_0" and digits of other scripts.
    if value.isascii() and value.isdigit() and len(value) <= 5 and 1 <= int(value) <= 65535:
        return int(value)
    raise SettingsError("PORT", "a number from 1 to 65535", value)


def _address(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise SettingsError("BIND", "an IP address", value) from None


def _https_url(value: str | None) -> str | None:
    if value is None:
        return None
    try:
        url = urlsplit(value)
        usable = url.scheme == "https" and bool(url.hostname) and url.port != 0
    except ValueError:  # an unclosed bracket, a port that is no number
        usable = False
    # urlsplit drops tabs and line ends silently; such a value is a mistake, not an address.
    if usable and value.isascii() and value.isprintable() and " " not in value:
        return value
    raise SettingsError("PEER_URL", "an https URL", value)
