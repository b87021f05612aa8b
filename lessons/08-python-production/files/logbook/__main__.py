"""The harbour clock, with a log book in PostgreSQL: who started when."""

import os
import sys

import psycopg2

from harbour_clock.__main__ import main


def write_down() -> None:
    """Write a line into the table `starts`, if LOGBOOK says which database."""
    address = os.environ.get("LOGBOOK")
    if not address:
        print(f"logbook: none, as LOGBOOK is not set; libpq is {psycopg2.__libpq_version__}", file=sys.stderr)
        return
    try:
        with psycopg2.connect(address, connect_timeout=2) as database, database.cursor() as cursor:
            cursor.execute("INSERT INTO starts DEFAULT VALUES")
    except psycopg2.Error as error:
        print(f"logbook: {error}", file=sys.stderr)


if __name__ == "__main__":
    if not sys.argv[1:]:
        write_down()
    sys.exit(main(sys.argv[1:]))
