"""Ask the package index which packages have a wheel for musl, Alpine's C library, in the version that glibc gets.

pip reads the index and no more: nothing is downloaded, installed or run.
"""

import json
import platform
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

MACHINE = platform.machine()
PIP = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet"]
PIP += ["--target", "/tmp/nothing", "--only-binary", ":all:", "--report", "-"]
# Without a platform, pip takes its own: Debian's glibc.
MUSL = [word for minor in (2, 1) for word in ("--platform", f"musllinux_1_{minor}_{MACHINE}")]


def ask(wanted: list[str], system: list[str]) -> dict[str, str]:
    """Return the wheel of each requirement that has one, by `name==version`."""
    answer = subprocess.run([*PIP, *system, *wanted], capture_output=True, text=True, check=False)
    if answer.returncode == 0:
        wheels = (package["download_info"]["url"].rsplit("/", 1)[-1] for package in json.loads(answer.stdout)["install"])
        return {"==".join(wheel.split("-")[:2]).lower().replace("_", "-"): wheel for wheel in wheels}
    if len(wanted) == 1:
        if "No matching distribution" not in answer.stderr:
            sys.exit(answer.stderr)
        return {}
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda one: ask([one], system), wanted)
    return {name: wheel for found in answers for name, wheel in found.items()}


def count(title: str, wanted: list[str]) -> None:
    """Print how many of these packages have compiled parts, and how many of those have a wheel for musl."""
    glibc = ask(wanted, [])
    compiled = sorted(name for name, wheel in glibc.items() if not wheel.endswith("-none-any.whl"))
    musl = ask(compiled, MUSL)
    missing = [name for name in compiled if name not in musl]
    print(f"{title}: {len(glibc)} packages, {len(compiled)} of them compiled")
    print(f"  wheels for musl: {len(compiled) - len(missing)} of {len(compiled)}")
    if missing:
        print(f"  none for {', '.join(missing)}")


def main() -> None:
    """Count the service's own packages, then the popular ones."""
    pins = re.findall(r"^[a-z0-9-]+==[0-9.]+", Path("requirements.txt").read_text(), re.MULTILINE)
    names = [line for line in Path("popular.txt").read_text().splitlines() if line and not line.startswith("#")]
    count("this service", pins)
    count("popular", names)


if __name__ == "__main__":
    main()
