#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Writes generated-holds.csv: invented jail records for the replay test.

The replay drives the ledger through two and a half years of bookings. Real records cannot ship with
the project, so these are made up, with the columns and the quirks that real ones have: local times
without an offset, custody that ends after the release on paper, bookings without a local charge.

Most stays end within hours of release-eligibility, as in life. A few are written out by hand,
because they are what the replay is about: long overruns, stays that end a minute before and a
minute after the deadline, and stays across a daylight saving change, where the wall clock and the
elapsed time differ by an hour in either direction.

Beside it comes expected-holds.csv: what the consecutive rule makes of every booking, worked out
here in a few lines that share nothing with the daemon. The same seed writes the same bytes; --check
only compares.
"""

import argparse
import csv
import io
import pathlib
import random
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

HERE = pathlib.Path(__file__).resolve().parent
ZONE = ZoneInfo("America/Los_Angeles")
LIMIT = timedelta(hours=48)
RUNGS = [timedelta(minutes=minutes) for minutes in (24 * 60, 12 * 60, 4 * 60, 60, 15)]
FIRST_DAY = datetime(2019, 1, 7)
DAYS = 912
BOOKINGS = 120

COLUMNS = ["booking", "booked_at", "local_custody_ended_at", "released_at", "charge_severity",
           "detainer_disposition", "release_disposition"]
EXPECTED_COLUMNS = ["booking", "eligible_at", "deadline_at", "ended_at", "expires", "warnings",
                    "overdue_min"]

# booked, custody ended ("" for none), released, severity, detainer disposition, release disposition
BY_HAND = [
    # Long overruns, two of them people whom no local charge held.
    ("2019-03-04 22:15", "", "2019-03-15 08:30", "unknown", "Immigration", "Immigration"),
    ("2019-09-17 03:40", "", "2019-09-20 14:05", "unknown", "Immigration", "Immigration"),
    ("2020-01-06 11:20", "2020-02-14 08:00", "2020-02-18 10:45",
     "felony", "Immigration", "Time Served"),
    ("2020-05-23 19:02", "2020-06-30 08:00", "2020-08-18 16:25",
     "felony", "Immigration", "Dismissed"),
    # One minute either side of the deadline.
    ("2020-10-02 14:00", "2020-10-19 09:30", "2020-10-21 09:29",
     "misdemeanor", "Immigration", "PR"),
    ("2020-10-05 14:00", "2020-10-26 09:30", "2020-10-28 09:31",
     "misdemeanor", "Immigration", "Bail Bond"),
    # Clocks go forward inside the stay: 48.5 h on the wall clock, 47.5 h elapsed; not expired.
    ("2019-02-11 20:10", "2019-03-09 12:00", "2019-03-11 12:30",
     "felony", "Immigration", "Immigration"),
    # The same night a year later, 49.25 h on the wall clock, 48.25 h elapsed; expired.
    ("2020-02-20 06:45", "2020-03-07 10:00", "2020-03-09 11:15",
     "felony", "Immigration", "Court Order"),
    # Clocks go back inside the stay: 47.5 h on the wall clock, 48.5 h elapsed; expired.
    ("2019-10-08 17:25", "2019-11-02 18:00", "2019-11-04 17:30",
     "felony", "Immigration", "Dismissed"),
    # The same night a year later, 46.5 h on the wall clock, 47.5 h elapsed; not expired.
    ("2020-10-15 01:30", "2020-10-31 18:00", "2020-11-02 16:30",
     "misdemeanor", "Immigration", "Immigration"),
    # Held in local custody across both changes and out within the hour: nothing to see.
    ("2019-11-01 09:00", "2020-12-04 08:00", "2020-12-04 08:50",
     "felony", "Immigration", "Immigration"),
    # Custody ended after the release on paper: the release counts.
    ("2021-03-13 23:50", "2021-03-22 08:00", "2021-03-14 04:10",
     "misdemeanor", "Cancel Detainer", "PR"),
]

SEVERITIES = ["felony"] * 15 + ["misdemeanor"] * 4 + ["unknown"]
DETAINER_DISPOSITIONS = ["Immigration"] * 12 + ["Transport Chain"] * 4 + [
    "Cancel Detainer", "Extradition", ""]
RELEASE_DISPOSITIONS = ["Immigration"] * 6 + ["Transport Chain"] * 4 + [
    "Dismissed", "Dismissed", "PR", "Credit for Time Served", "Court Order", "Bail Bond"]


def utc(local):
    """The instant of a local time, which must name exactly one."""
    at = local.replace(tzinfo=ZONE)
    back = at.astimezone(timezone.utc).astimezone(ZONE).replace(tzinfo=None)
    if back != local or at.utcoffset() != at.replace(fold=1).utcoffset():
        raise ValueError(f"{local} names no instant, or two")
    return at.astimezone(timezone.utc)


def unambiguous(local):
    try:
        utc(local)
    except ValueError:
        return local + timedelta(hours=2)
    return local


class Record:
    def __init__(self, booked, custody_ended, released, severity, detainer, release):
        self.booked, self.custody_ended, self.released = booked, custody_ended, released
        self.rest = [severity, detainer, release]

    def eligible(self):
        """Release-eligible: the end of local custody, but never after the release."""
        if self.custody_ended is None:
            return self.booked
        return min(self.custody_ended, self.released)

    def warnings(self):
        start, end = utc(self.eligible()), utc(self.released)
        due = [start + LIMIT - rung for rung in RUNGS]
        if end in due or end == start + LIMIT:
            raise ValueError(f"released at {end}, in the very instant of a timer")
        return sum(at < end for at in due)

    def overdue(self):
        return max(timedelta(0), utc(self.released) - utc(self.eligible()) - LIMIT)


def by_hand():
    def local(text):
        return datetime.fromisoformat(text) if text else None

    return [Record(local(booked), local(ended), local(released), *rest)
            for booked, ended, released, *rest in BY_HAND]


def minutes(rng, low, high):
    return timedelta(minutes=low + int(rng.random() * (high - low)))


def pick(rng, values):
    return values[int(rng.random() * len(values))]


def invented(rng):
    """An ordinary stay: some weeks of local custody, then out, mostly within hours."""
    booked = FIRST_DAY + minutes(rng, 0, DAYS * 24 * 60)
    custody_ended = booked + minutes(rng, 300, int(60 * 24 * 120 * rng.random() ** 2) + 600)
    if rng.random() < 0.6:
        custody_ended = custody_ended.replace(hour=8, minute=0)
        custody_ended = max(custody_ended, booked + timedelta(minutes=1))
    custody_ended = unambiguous(custody_ended)
    if rng.random() < 0.4:
        released = custody_ended - minutes(rng, 1, 300)
        released = max(released, booked + timedelta(minutes=30))
    elif rng.random() < 0.75:
        released = custody_ended + minutes(rng, 5, 400)
    else:
        released = custody_ended + minutes(rng, 400, 46 * 60)
    return Record(unambiguous(booked), custody_ended, unambiguous(released), pick(rng, SEVERITIES),
                  pick(rng, DETAINER_DISPOSITIONS), pick(rng, RELEASE_DISPOSITIONS))


def generate(seed):
    """All records in order of booking, each with its number."""
    rng = random.Random(seed)
    records = by_hand()
    while len(records) < BOOKINGS:
        records.append(invented(rng))
    for record in records:
        if not record.booked <= record.eligible() <= record.released:
            raise ValueError(f"times out of order: {record.__dict__}")
    records.sort(key=lambda record: record.booked)
    numbers = set()
    while len(numbers) < len(records):
        numbers.add(f"{rng.getrandbits(48):012x}")
    order = sorted(numbers)
    return {order.pop(int(rng.random() * len(order))): record for record in records}


def table(columns, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def holds_table(records):
    return table(COLUMNS, ([booking, record.booked, record.custody_ended or "", record.released,
                            *record.rest] for booking, record in records.items()))


def expected_table(records):
    def text(at):
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")

    rows = []
    for booking, record in records.items():
        start = utc(record.eligible())
        rows.append([booking, text(start), text(start + LIMIT), text(utc(record.released)),
                     int(record.overdue() > timedelta(0)), record.warnings(),
                     record.overdue() // timedelta(minutes=1)])
    return table(EXPECTED_COLUMNS, rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args()
    records = generate(options.seed)
    files = {HERE / "generated-holds.csv": holds_table(records),
             HERE / "expected-holds.csv": expected_table(records)}
    if options.check:
        stale = [path.name for path, text in files.items()
                 if not path.exists() or path.read_text() != text]
        if stale:
            print(f"not what generate.py writes: {', '.join(stale)}", file=sys.stderr)
        return 1 if stale else 0
    for path, text in files.items():
        path.write_text(text)
    for booking, record in records.items():
        if record.overdue():
            print(f"{booking} expires, out {record.overdue() // timedelta(minutes=1)} min overdue")
    return 0


if __name__ == "__main__":
    sys.exit(main())
