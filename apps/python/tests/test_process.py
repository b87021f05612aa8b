"""The service as a process: what only shows with real sockets, signals and exit statuses."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "harbour_clock"]


def free_port(host: str = "127.0.0.1") -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:
        port: int = listener.getsockname()[1]
        return port


def run(*arguments: str, **environment: str) -> tuple[int, str, str]:
    """Run to the end; return exit status, standard output, standard error."""
    result = subprocess.run(
        [*COMMAND, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, timeout=10
    )
    return result.returncode, result.stdout, result.stderr


def catches(pid: int, number: signal.Signals) -> bool:
    """Tell whether a process has a handler for a signal, by the mask of proc_pid_status(5)."""
    status = Path(f"/proc/{pid}/status").read_text()
    mask = re.search(r"^SigCgt:\t([0-9a-f]+)$", status, re.MULTILINE)
    return mask is not None and bool(int(mask[1], 16) >> (number - 1) & 1)


@contextmanager
def started(**environment: str) -> Iterator[subprocess.Popen[str]]:
    """Run a service that has said it is listening, and end it."""
    with subprocess.Popen(
        COMMAND, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            assert json.loads(process.stdout.readline())["message"] == "listening"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_while_a_connection_is_kept_alive(number: signal.Signals) -> None:
    port = free_port()
    with started(PORT=str(port)) as process, socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.recv(12) == b"HTTP/1.1 200"
        begin = time.monotonic()
        process.send_signal(number)
        assert process.wait(5) == 0
        assert time.monotonic() - begin < 2
        assert process.stdout
        log = json.loads(process.stdout.readline())
        assert (log["method"], log["path"], log["status"]) == ("GET", "/health", 200)
        assert log["duration_ms"] > 0


def test_a_signal_ends_it_while_it_starts() -> None:
    port = free_port()
    environment = {**os.environ, "PORT": str(port)}
    with subprocess.Popen(COMMAND, env=environment, stdout=subprocess.PIPE) as process:
        while not catches(process.pid, signal.SIGTERM):
            assert process.poll() is None
            time.sleep(0.01)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
        process.terminate()
        assert process.wait(5) == 0
        assert process.stdout
        assert process.stdout.read() == b""


def test_a_request_in_flight_is_finished() -> None:
    port = free_port()
    with started(PORT=str(port)) as process, socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"POST /checksum HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel")
        time.sleep(0.2)
        process.terminate()
        time.sleep(0.3)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
        client.sendall(b"lo")
        assert client.recv(12) == b"HTTP/1.1 200"
        assert process.wait(2) == 0


@pytest.mark.parametrize(
    "request_part",
    [b"", b"GET /health HT", b"POST /checksum HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel"],
)
def test_a_client_that_stalls_cannot_hold_it(request_part: bytes) -> None:
    port = free_port()
    with started(PORT=str(port)) as process, socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(request_part)
        time.sleep(0.2)
        process.terminate()
        assert process.wait(5) == 0


def test_a_peer_that_stalls_cannot_hold_it() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", 0)) as peer:
        url = f"https://127.0.0.1:{peer.getsockname()[1]}/"
        with (
            started(PORT=str(port), PEER_URL=url) as process,
            socket.create_connection(("127.0.0.1", port)) as client,
        ):
            client.sendall(b"GET /peer HTTP/1.1\r\nHost: a\r\n\r\n")
            with peer.accept()[0]:
                process.terminate()
                assert process.wait(5) == 0


@pytest.mark.parametrize("bind", ["0.0.0.0", "127.0.0.2", "::", "::1"])
def test_the_probe_finds_the_service(bind: str) -> None:
    try:
        port = free_port(bind)
    except OSError as error:
        pytest.skip(f"this machine has no {bind}: {error}")
    with started(PORT=str(port), BIND=bind):
        assert run("health", PORT=str(port), BIND=bind) == (0, "", "")


def test_the_probe_reports_a_closed_port() -> None:
    answer = run("health", PORT=str(free_port()))
    assert answer == (1, "", "harbour-clock: unhealthy: [Errno 111] Connection refused\n")


def test_the_probe_does_not_wait_for_ever() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begin = time.monotonic()
        answer = run("health", PORT=str(silent.getsockname()[1]))
    assert answer == (1, "", "harbour-clock: unhealthy: no answer within 2 s\n")
    assert time.monotonic() - begin < 4


def test_wrong_usage() -> None:
    assert run("helth") == (2, "", "usage: python -m harbour_clock [health]\n")


def test_bad_environment() -> None:
    error = 'harbour-clock: PORT must be a number from 1 to 65535, got "abc"\n'
    assert run(PORT="abc") == run("health", PORT="abc") == (2, "", error)


def test_an_address_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        error = f"harbour-clock: cannot listen on 127.0.0.1:{port}: Address already in use\n"
        assert run(PORT=str(port), BIND="127.0.0.1") == (1, "", error)
