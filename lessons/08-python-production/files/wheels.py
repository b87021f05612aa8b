"""Look up which packages have a wheel for musl, Alpine's C library, in the version that Debian's glibc gets.

Only the lists of files of the package index are read: nothing is downloaded, installed or run.
"""

import os
import platform
import re
import sys
import urllib.request
from pathlib import Path

from pip._internal.models.index import PyPI
from pip._vendor.packaging.version import Version

INDEX = os.environ.get("PIP_INDEX_URL", PyPI.simple_url).rstrip("/")
MACHINE = platform.machine()
PYTHON = sys.version_info[:2]
GLIBC, MUSL = "manylinux", "musllinux"


def wheels(name: str) -> list[list[str]]:
    """Return the parts of every wheel's name: package, version, Python, ABI, platforms."""
    with urllib.request.urlopen(f"{INDEX}/{name}/", timeout=60) as page:
        links = re.findall(r"<a ([^>]*)>\s*([^<\s]+)\.whl\s*</a>", page.read().decode())
    parts = (wheel.split("-") for attributes, wheel in links if "data-yanked" not in attributes)
    return [[*found[:2], *found[-3:]] for found in parts]


def fits(wheel: list[str], libc: str) -> bool:
    """Whether pip takes this wheel for this Python on a Linux with this C library."""
    _, _, pythons, abi, platforms = wheel
    if abi == "abi3":
        is_ours = any((3, int(python[3:])) <= PYTHON for python in pythons.split("."))
    else:
        is_ours = any(python in ("py3", f"cp{PYTHON[0]}{PYTHON[1]}") for python in pythons.split(".")) and not abi.endswith("t")
    return is_ours and any(
        one == "any" or (one.startswith(libc) and one.endswith(MACHINE)) for one in platforms.split(".")
    )


def look(name: str, version: str | None) -> tuple[str, bool, bool]:
    """Return name and version, whether it is compiled for one system, and whether there is a wheel for musl."""
    all_wheels = wheels(name)
    released = {Version(wheel[1]) for wheel in all_wheels if fits(wheel, GLIBC)}
    newest = Version(version) if version else max(one for one in released if not one.is_prerelease)
    of_version = [wheel for wheel in all_wheels if Version(wheel[1]) == newest]
    is_pure = any(wheel[4] == "any" for wheel in of_version)
    return f"{name} {newest}", not is_pure, any(fits(wheel, MUSL) for wheel in of_version)


def count(title: str, packages: list[tuple[str, str | None]]) -> None:
    """Print how many of these packages are compiled, and how many of those have a wheel for musl."""
    answers = [look(*package) for package in packages]
    compiled = [name for name, is_compiled, _ in answers if is_compiled]
    missing = [name for name, _, for_musl in answers if not for_musl]
    print(f"{title}: {len(answers)} packages, {len(compiled)} of them compiled for one system each")
    print(f"  a wheel for musl: {len(compiled) - len(missing)} of {len(compiled)}")
    if missing:
        print(f"  none for: {', '.join(missing)}")


def main() -> None:
    """Count the service's own packages, then the popular ones."""
    pins = re.findall(r"^([a-z0-9-]+)==([0-9.]+)", Path("requirements.txt").read_text(), re.MULTILINE)
    names = [line for line in Path("popular.txt").read_text().splitlines() if line and not line.startswith("#")]
    count("this service", [(name, version) for name, version in pins])
    count("popular", [(name, None) for name in names])


if __name__ == "__main__":
    main()
