"""How much longer Python takes to load the service if it has to compile the packages first.

Two folders hold the same packages, one with bytecode and one without. Loaded in turn, so that a busy machine slows both.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 7
FOLDERS = {"with bytecode": "/compiled", "without": "/plain"}


def load(packages: str) -> float:
    """Seconds that a new interpreter takes to import the service from these packages."""
    begin = time.monotonic()
    subprocess.run(
        [sys.executable, "-B", "-c", "import harbour_clock.server"],
        check=True,
        env={"PYTHONPATH": f"/app:{packages}"},
    )
    return time.monotonic() - begin


for folder in FOLDERS.values():
    load(folder)
times = {name: [] for name in FOLDERS}
for _ in range(ROUNDS):
    for name, folder in FOLDERS.items():
        times[name].append(load(folder))
usual = statistics.median(times["with bytecode"])
for name, folder in FOLDERS.items():
    ready = sum(1 for _ in Path(folder).rglob("*.pyc"))
    share = statistics.median(times[name]) / usual
    print(f"{name:14} {ready:5} files of bytecode  {share:.1f} times the time")
