"""Who lies where: from the office's database, or from data/arrivals.csv where there is none."""

import csv
import os
from pathlib import Path
from urllib.parse import urlsplit

import MySQLdb
import MySQLdb.cursors

FILE = Path(__file__).parent.parent / "data" / "arrivals.csv"
QUERY = "SELECT berth, boat, skipper, until FROM arrivals WHERE until >= CURRENT_DATE"


def source():
    return "database" if os.environ.get("BERTHS_DATABASE") else "file"


def driver():
    """The version of the C library that speaks to the database."""
    return MySQLdb.get_client_info()


def current():
    """The boats by the name of their berth."""
    rows = from_database() if source() == "database" else from_file()
    return {row["berth"]: row for row in rows}


def from_file():
    with FILE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def from_database():
    address = urlsplit(os.environ["BERTHS_DATABASE"])
    connection = MySQLdb.connect(
        host=address.hostname,
        port=address.port or 3306,
        user=address.username or "",
        password=address.password or "",
        database=address.path.lstrip("/"),
        connect_timeout=3,
        charset="utf8mb4",
    )
    try:
        cursor = connection.cursor(MySQLdb.cursors.DictCursor)
        cursor.execute(QUERY)
        return [{**row, "until": str(row["until"])} for row in cursor.fetchall()]
    finally:
        connection.close()
