"""The berths of the harbour, from data/berths.csv."""

import csv
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent.parent / "data" / "berths.csv"


@dataclass(frozen=True)
class Berth:
    name: str
    length: float  # metres
    depth: float  # metres at low water
    power: bool

    def takes(self, length, draught):
        """Whether a boat fits, with 30 cm of water below it."""
        return length <= self.length and draught + 0.3 <= self.depth


def read():
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        return [
            Berth(row["berth"], float(row["length"]), float(row["depth"]), row["power"] == "yes")
            for row in rows
        ]
