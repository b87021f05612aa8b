import shutil
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

from harbour_clock.trust import ask_peer, roots


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key, made here: none is in the repository."""
    file = tmp_path_factory.mktemp("peer") / "peer.pem"
    request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=peer"
    extension = "-addext subjectAltName=IP:127.0.0.1"
    command = ["openssl", *request.split(), *extension.split(), "-keyout", str(file), "-out", f"{file}.crt"]
    subprocess.run(command, check=True, capture_output=True)
    with file.open("ab") as both:
        both.write(Path(f"{file}.crt").read_bytes())
    return file


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust nothing, whatever this machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file")
    monkeypatch.setenv("SSL_CERT_DIR", "/no/such/folder")


@pytest.mark.usefixtures("only")
def test_no_roots() -> None:
    assert roots() == {"count": 0, "source": None}


@pytest.mark.usefixtures("only")
def test_roots_of_a_file(pem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    assert roots() == {"count": 1, "source": str(pem)}
    monkeypatch.setenv("SSL_CERT_FILE", __file__)
    assert roots() == {"count": 0, "source": None}


@pytest.mark.usefixtures("only")
def test_roots_of_folders(pem: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", f"/no/such/folder:{tmp_path}")
    shutil.copy(pem, tmp_path / "peer.pem")
    assert roots() == {"count": 0, "source": None}, "OpenSSL opens hashed names only"
    shutil.copy(pem, tmp_path / "0123abcd.0")
    shutil.copy(pem, tmp_path / "0123abcd.1")
    assert roots() == {"count": 1, "source": str(tmp_path)}, "the same certificate twice is one"


@pytest.fixture
def peer(pem: Path) -> str:
    """Answer one https request with 204; return the URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with listener, listener.accept()[0] as plain:
            try:
                with context.wrap_socket(plain, server_side=True) as connection:
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
            except OSError:
                pass  # the client did not trust us: it is the one that reports it

    threading.Thread(target=answer, daemon=True).start()
    return f"https://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.usefixtures("only")
def test_a_trusted_peer(pem: Path, monkeypatch: pytest.MonkeyPatch, peer: str) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    assert ask_peer(f"{peer}/tide?now") == 204


@pytest.mark.usefixtures("only")
def test_a_peer_nobody_vouches_for(peer: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="self-signed certificate"):
        ask_peer(peer)
