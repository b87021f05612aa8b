"""Pack the service with what it uses and nothing else. Run by the build of `tiny.Dockerfile`, in two places.

`tiny.py pack FOLDER` runs in a complete image: it starts the service, asks it everything it can answer and
writes down which modules, libraries and files that took; these become a root file system in FOLDER.
`tiny.py exercise` runs in the packed image and asks everything once more, now with nothing else around.

What no question here touches is not in the image. Whoever teaches the service something new adds a question.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

PORT = "8080"
MEBIBYTE = 1024 * 1024
# Nobody listens on port 9, and the name, rather than a number, has to be encoded and looked up first.
PEER = "https://localhost:9/"
# Method, path, body and the status that is the right answer.
QUESTIONS = [
    ("GET", "/", b"", 200),
    ("HEAD", "/health", b"", 405),
    ("GET", "/health", b"", 200),
    ("GET", "/time/Europe/Paris", b"", 200),
    ("GET", "/time/Europe/Paris?at=2026-07-01T12:00:00Z", b"", 200),
    ("GET", "/time/Europe/Paris?at=yesterday", b"", 400),
    ("GET", "/time/Europe/Paris?at=9999-12-31T23:59:59Z", b"", 400),
    ("GET", "/time/Mars/Olympus", b"", 404),
    ("GET", "/time/..%2F..%2Fetc%2Fpasswd", b"", 404),
    ("GET", "/roots", b"", 200),
    ("GET", "/peer", b"", 502),
    ("POST", "/checksum", b"a" * MEBIBYTE, 200),
    ("POST", "/checksum", b"a" * (MEBIBYTE + 1), 413),
    ("DELETE", "/health", b"", 405),
    ("GET", "/no/such/pier", b"", 404),
]
NOWHERE = [("POST", "/checksum", b"hello", 507)]


class WrongError(Exception):
    """The service does not do what it should; the message says where."""


def must(holds: bool, otherwise: str) -> None:
    """Go on only if a condition holds."""
    if not holds:
        raise WrongError(otherwise)


def exercise(program: Sequence[str]) -> None:
    """Run every command of the service and ask the running one every question.

    Raises:
        WrongError: for any other answer or exit status than the right one.

    """
    for arguments, variables, status in (
        (["sail"], {}, 2),
        ([], {"PORT": "abc"}, 2),
        ([], {"BIND": "192.0.2.1"}, 1),
        (["health"], {}, 1),
    ):
        code = subprocess.run([*program, *arguments], env=os.environ | variables, timeout=60).returncode
        must(code == status, f"{arguments} {variables}: exit status {code}")
    serving(program, {"PEER_URL": PEER}, QUESTIONS)
    serving(program, {"TMPDIR": "/nowhere"}, NOWHERE)


def serving(
    program: Sequence[str], variables: dict[str, str], questions: list[tuple[str, str, bytes, int]]
) -> None:
    """Start the service, ask, probe, and stop it with SIGTERM."""
    service = subprocess.Popen(program, env=os.environ | {"PORT": PORT} | variables, stdout=subprocess.PIPE)
    try:
        first = service.stdout.readline() if service.stdout else b""
        must(b"listening" in first, "the service does not start")
        for method, path, body, status in questions:
            connection = http.client.HTTPConnection("127.0.0.1", int(PORT), timeout=30)
            connection.request(method, path, body)
            answer = connection.getresponse()
            text = answer.read().decode()
            connection.close()
            must(answer.status == status, f"{method} {path}: {answer.status} {text}")
        probe = subprocess.run([*program, "health"], timeout=60)
        must(probe.returncode == 0, "the probe finds the service unhealthy")
        service.send_signal(signal.SIGTERM)
        must(service.wait(timeout=10) == 0, f"exit status {service.returncode} after SIGTERM")
    finally:
        service.kill()


def record(folder: Path, arguments: list[str]) -> None:
    """Run one command of the service; when it ends, write what it used to a file in the folder."""
    opened: set[str] = set()
    sys.addaudithook(lambda event, details: opened.add(str(details[0])) if event == "open" else None)
    leave = os._exit

    def note(status: int) -> None:
        specs = [getattr(module, "__spec__", None) for module in list(sys.modules.values())]
        origins = {spec.origin for spec in specs if spec and spec.has_location}
        maps = Path("/proc/self/maps").read_text().splitlines()
        mapped = {line.split()[-1] for line in maps if "/" in line}
        (folder / f"{os.getpid()}.json").write_text(json.dumps([sorted(origins), sorted(opened | mapped)]))
        leave(status)

    # The way the service leaves on a signal, which passes by everything that could run at the end.
    os._exit = note
    import runpy  # noqa: F401 - what `python -m` needs

    from harbour_clock.__main__ import main

    note(main(arguments))


def pack(root: Path) -> None:
    """Exercise the service where everything is there, then copy what it used."""
    import tempfile

    notes = Path(tempfile.mkdtemp())
    program = [sys.executable, __file__, "record", str(notes)]
    # Twice: the first run leaves bytecode, so the second opens a source only if it reads it as data.
    for _ in range(2):
        for note in notes.iterdir():
            note.unlink()
        exercise(program)
    modules: set[str] = set()
    files: set[str] = set()
    for note in notes.iterdir():
        origins, used = json.loads(note.read_text())
        modules.update(origins)
        files.update(used)
    copy_modules(root, {Path(module) for module in modules}, {Path(file) for file in files})
    copy_libraries(root, {Path(file) for file in files if ".so" in file})
    copy_zones(root)
    for file in (sys.executable, os.environ["SSL_CERT_FILE"]):
        copy(root, Path(file))
    (root / "tmp").mkdir()
    (root / "tmp").chmod(0o1777)


def copy(root: Path, file: Path) -> None:
    """Copy a file to its own path under the root; a symbolic link becomes what it points to."""
    import shutil

    target = root / file.relative_to("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, target)


def copy_modules(root: Path, modules: set[Path], data: set[Path]) -> None:
    """Put bytecode into one archive for the standard library and one for packages.

    The dynamic loader cannot look into archives, so a package with an extension module stays a folder.
    """
    import py_compile
    import zipfile

    library, packages, service = Path(os.__file__).parent, Path("/app/site-packages"), Path("/app")
    folders = {module.relative_to(packages).parts[0] for module in modules if is_extension(module, packages)}
    (root / "usr/lib").mkdir(parents=True)
    # Metadata is left behind; by this name readers of images still know what lies here.
    (root / "app/site-packages").mkdir(parents=True)
    # Python looks for this folder to find out where it is installed.
    (root / library.relative_to("/") / "lib-dynload").mkdir(parents=True)
    directories: set[str] = set()
    with (
        zipfile.ZipFile(
            root / "usr/lib/python313.zip", "w", zipfile.ZIP_DEFLATED, True, 9
        ) as library_archive,
        zipfile.ZipFile(
            root / "app/site-packages/packages.zip", "w", zipfile.ZIP_DEFLATED, True, 9
        ) as package_archive,
    ):
        for module in sorted(modules):
            if module.suffix != ".py":
                copy(root, module)
                continue
            home = next(folder for folder in (library, packages, service) if module.is_relative_to(folder))
            name = module.relative_to(home).with_suffix(".pyc")
            unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
            code = root / "code.pyc"
            py_compile.compile(str(module), str(code), doraise=True, invalidation_mode=unchecked)
            if home == service or name.parts[0] in folders:
                target = root / home.relative_to("/") / name
                target.parent.mkdir(parents=True, exist_ok=True)
                code.rename(target)
            else:
                (library_archive if home == library else package_archive).write(code, name)
                directories.update(str(parent) for parent in name.parents if home == packages)
                code.unlink()
        # Without an entry of its own a folder is no package to Python, unless it has an __init__.
        for directory in sorted(directories - {"."}):
            package_archive.mkdir(directory)
        for file in sorted(data):
            if file.is_relative_to(packages) and file.is_file() and file.suffix not in (".pyc", ".so"):
                package_archive.write(file, file.relative_to(packages))


def is_extension(module: Path, home: Path) -> bool:
    """Say whether a module is a shared library below a folder."""
    return module.suffix == ".so" and module.is_relative_to(home)


def copy_libraries(root: Path, libraries: set[Path]) -> None:
    """Copy shared libraries under the names the loader looks for, and the loader itself."""
    for library in libraries:
        if library.is_file() and ".so" in library.name and not library.name.startswith("ld-"):
            copy(root, library)
            for link in names_of(library):
                target = root / link.relative_to("/")
                if not target.is_symlink():
                    target.symlink_to(library.name)
    # Where exactly it has to be is written in the interpreter's head, and differs between processors.
    for loader in (*Path("/lib64").glob("ld-*"), *Path("/lib").glob("ld-*")):
        copy(root, loader)


def names_of(library: Path) -> Iterator[Path]:
    """Yield the symbolic links beside a library that lead to it."""
    for neighbour in library.parent.iterdir():
        if neighbour.is_symlink() and neighbour.resolve() == library.resolve():
            yield neighbour


def copy_zones(root: Path) -> None:
    """Copy every zone of the database; two names of one zone stay one file and a link."""
    import zoneinfo

    home = Path("/usr/share/zoneinfo")
    known: dict[bytes, Path] = {}
    for name in sorted(zoneinfo.available_timezones()):
        target = root / home.relative_to("/") / name
        target.parent.mkdir(parents=True, exist_ok=True)
        content = (home / name).read_bytes()
        if content in known:
            target.symlink_to(os.path.relpath(known[content], target.parent))
        else:
            known[content] = target
            target.write_bytes(content)


def main(arguments: list[str]) -> None:
    """Do what the first argument names."""
    match arguments:
        case ["record", folder, *rest]:
            record(Path(folder), rest)
        case ["pack", folder]:
            start = time.monotonic()
            pack(Path(folder))
            print(f"packed in {time.monotonic() - start:.0f} s")
        case ["exercise"]:
            exercise([sys.executable, "-m", "harbour_clock"])
        case _:
            sys.exit("usage: tiny.py pack FOLDER | exercise")


if __name__ == "__main__":
    main(sys.argv[1:])
