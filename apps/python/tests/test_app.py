import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from harbour_clock import trust
from harbour_clock.app import create_app
from harbour_clock.settings import Settings


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(create_app(Settings(temporary_directory=str(tmp_path))))


def test_health(client: TestClient) -> None:
    answer = client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["content-type"] == "application/json"


def test_identity(client: TestClient) -> None:
    answer = client.get("/").json()
    assert answer["service"] == "harbour-clock"
    assert answer["runtime"].startswith("CPython 3.13.")
    assert answer["revision"] == "unknown"
    assert answer["uptime_seconds"] >= 0


def test_time(client: TestClient) -> None:
    answer = client.get("/time/Europe/Paris", params={"at": "2026-01-15T12:00:00Z"})
    assert answer.json()["time"] == "2026-01-15T13:00:00+01:00"


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        ("GET", "/no/such/pier", 404, "not found"),
        ("GET", "/docs", 404, "not found"),
        ("GET", "/openapi.json", 404, "not found"),
        ("GET", "/health/", 404, "not found"),
        ("DELETE", "/health", 405, "method not allowed"),
        ("GET", "/checksum", 405, "method not allowed"),
        ("GET", "/peer", 404, "no peer: PEER_URL is not set"),
        ("GET", "/time/Mars/Olympus", 404, 'unknown time zone "Mars/Olympus"'),
        ("GET", "/time/", 404, 'unknown time zone ""'),
        ("GET", "/time/..%2F..%2Fetc%2Fpasswd", 404, 'unknown time zone "../../etc/passwd"'),
        ("GET", "/time/UTC?at=x", 400, "at: not an RFC 3339 instant"),
        ("GET", "/time/Asia/Tokyo?at=9999-12-31T23:59:59Z", 400, "at: outside the calendar in this zone"),
        ("GET", "/time/UTC?at=0001-01-01T00:00:00%2B01:00", 400, "at: before the first year of the calendar"),
    ],
)
def test_errors(client: TestClient, method: str, path: str, status: int, error: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize("size", [0, 5, 1024 * 1024])
def test_checksum(client: TestClient, tmp_path: Path, size: int) -> None:
    body = b"a" * size
    answer = client.post("/checksum", content=body)
    assert answer.json() == {"bytes": size, "sha256": hashlib.sha256(body).hexdigest()}
    assert list(tmp_path.iterdir()) == []


def chunks(count: int) -> Iterator[bytes]:
    """Without a length known in advance, so the bytes have to be counted."""
    for _ in range(count):
        yield b"a" * 1024


def test_checksum_of_chunks(client: TestClient, tmp_path: Path) -> None:
    assert client.post("/checksum", content=chunks(1024)).status_code == 200
    for too_much in (b"a" * (1024 * 1024 + 1), chunks(1025)):
        answer = client.post("/checksum", content=too_much)
        assert (answer.status_code, answer.json()) == (413, {"error": "the body has more than 1048576 bytes"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("directory", "reason"),
    [("/no/such/place", "No such file or directory"), ("/dev/null", "Not a directory")],
)
def test_checksum_without_a_place(directory: str, reason: str) -> None:
    client = TestClient(create_app(Settings(temporary_directory=directory)))
    answer = client.post("/checksum", content=b"hello")
    error = f"no writable place for temporary files: {directory}: {reason}"
    assert (answer.status_code, answer.json()) == (507, {"error": error})


def test_checksum_on_a_full_disk() -> None:
    # /dev/full takes every open and refuses every write, but it is no directory: it stands in for the file.
    import anyio

    class Full(anyio.TemporaryFile[Any]):
        async def __aenter__(self) -> Any:
            self._async_file = await anyio.open_file("/dev/full", "w+b")
            return self._async_file

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("anyio.TemporaryFile", Full)
        client = TestClient(create_app(Settings()))
        answer = client.post("/checksum", content=b"hello")
    error = "no writable place for temporary files: /tmp: No space left on device"
    assert (answer.status_code, answer.json()) == (507, {"error": error})


def test_peer_that_refuses() -> None:
    client = TestClient(create_app(Settings(peer_url="https://127.0.0.1:9/")))
    answer = client.get("/peer")
    assert (answer.status_code, answer.json()) == (502, {"error": "[Errno 111] Connection refused"})


def test_a_bug_is_not_shown_to_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> trust.Roots:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("harbour_clock.app.roots", broken)
    client = TestClient(create_app(Settings()), raise_server_exceptions=False)
    answer = client.get("/roots")
    assert (answer.status_code, answer.json()) == (500, {"error": "internal error"})
