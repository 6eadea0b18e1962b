#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Judges the deadlines of detainerd against the law, worked out another way; `make oracle` runs it.

The law, of which both readings are in dispute:

* consecutive (Form I-247A): 48 elapsed hours from the release-eligible instant.
* regulatory (8 CFR 287.7(d)): 48 hours excluding Saturdays, Sundays and holidays. Counted time is
  elapsed time on local calendar days that are not excluded; days begin at local midnight. The deadline
  is the earliest instant at which 172,800 counted seconds have passed.

detainerd walks from day to day. Here time is an integral: of each zone, how much has been counted up
to each local midnight, and a deadline is looked up in that. A sample is counted minute by minute
besides, which knows of no midnight: only of what date it is there. Zones are those of zoneinfo, holidays
those of python3-holidays, and nothing is shared with the code that is judged.

Where the table of python3-holidays 0.10.1 differs from the law, the days are listed below by name. Not
one difference more is let pass, nor one less. Exit status 0 where there is none.
"""

import argparse
import bisect
import datetime
import itertools
import pathlib
import random
import secrets
import subprocess
import sys
import time
import zoneinfo

import holidays

ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix",
         "America/Los_Angeles", "America/Anchorage")
YEARS = (1990, 2040)     # of starts
HOLIDAYS_FROM = 1971     # since Public Law 90-363
LIMIT_US = 172_800 * 1_000_000
EPOCH = datetime.date(1970, 1, 1)
US_PER_S = 1_000_000
US_PER_MIN = 60 * US_PER_S
US_PER_DAY = 86_400 * US_PER_S
MINUTES = 300  # starts that are counted minute by minute


# ---- holidays ------------------------------------------------------------------------------------

# Holidays of the law that python3-holidays 0.10.1 does not have. Juneteenth: Public Law 117-17, signed
# on 17 June 2021. Of one on a Saturday the Friday before is observed, of one on a Sunday the Monday.
LACKING = {
    "Juneteenth": """
        2021-06-19 2022-06-19 2023-06-19 2024-06-19 2025-06-19 2026-06-19 2027-06-19 2028-06-19
        2029-06-19 2030-06-19 2031-06-19 2032-06-19 2033-06-19 2034-06-19 2035-06-19 2036-06-19
        2037-06-19 2038-06-19 2039-06-19 2040-06-19 2041-06-19""",
    "Juneteenth (observed)": """
        2021-06-18 2022-06-20 2027-06-18 2032-06-18 2033-06-20 2038-06-18 2039-06-20""",
}

# Days that python3-holidays 0.10.1 has and the law has not.
UNFOUNDED = {}

# What it calls otherwise.
NAMES = {
    "Martin Luther King, Jr. Day": "Martin Luther King Jr. Day",
    "Thanksgiving": "Thanksgiving Day",
}


def listed(table):
    """{date: name} of a table like LACKING."""
    return {datetime.date.fromisoformat(date): name for name, dates in table.items()
            for date in dates.split()}


def name_of(name):
    name = name.replace(" (Observed)", " (observed)")
    return NAMES.get(name, name)


def lawful_holidays(first_year, last_year):
    """{date: name}: the package's table, with what is listed put right."""
    table = {date: name_of(name) for date, name in
             holidays.US(years=range(first_year, last_year + 1), observed=True).items()
             if first_year <= date.year <= last_year}
    for date, name in listed(LACKING).items():
        if date in table:
            sys.exit(f"oracle: {date} {name} is listed as lacking, but python3-holidays has it")
        table[date] = name
    for date, name in listed(UNFOUNDED).items():
        if table.pop(date, None) != name:
            sys.exit(f"oracle: {date} {name} is listed as unfounded, but python3-holidays has it not")
    return table


def holidays_of_driver(driver, first_year, last_year):
    lines = subprocess.run([driver, str(first_year), str(last_year)], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.splitlines()
    days = (line.split(" ", maxsplit=1) for line in lines)
    return {EPOCH + datetime.timedelta(days=int(day)): name for day, name in days}


def judge_holidays(driver, lawful, first_year, last_year):
    """The number of days on which the two disagree, each told."""
    found = holidays_of_driver(driver, first_year, last_year)
    wrong = sorted(date for date in lawful.keys() | found.keys() if lawful.get(date) != found.get(date))
    for date in wrong:
        print(f"{date} {date:%a}: {lawful.get(date)} by law, {found.get(date)} by detainerd")
    print(f"{len(lawful)} holidays from {first_year} to {last_year} compared, {len(wrong)} differences")
    return len(wrong)


# ---- deadlines -----------------------------------------------------------------------------------

class Zone:
    """Counted time of one zone, as an integral over its local days."""

    def __init__(self, name, lawful, first_year, last_year):
        self.name = name
        self.info = zoneinfo.ZoneInfo(name)
        self.lawful = lawful
        self.first = datetime.date(first_year, 1, 1)
        self.midnights = []  # of each local day, in microseconds
        self.counts = []     # is the day counted?
        self.counted = []    # microseconds counted up to each midnight
        self._integrate(self.first, datetime.date(last_year, 12, 31))
        self.changes = self._find_changes()

    def is_counted(self, date):
        return date.weekday() < 5 and date not in self.lawful

    def _integrate(self, date, last):
        total = 0
        while date <= last:
            midnight = datetime.datetime(date.year, date.month, date.day, tzinfo=self.info)
            at = round(midnight.timestamp()) * US_PER_S
            if self.midnights and self.counts[-1]:
                total += at - self.midnights[-1]
            self.midnights.append(at)
            self.counts.append(self.is_counted(date))
            self.counted.append(total)
            date += datetime.timedelta(days=1)

    def _find_changes(self):
        """Instants at which clocks change: on days that are not 24 hours long, to the minute."""
        changes = []
        for begin, end in itertools.pairwise(self.midnights):
            if end - begin != US_PER_DAY:
                offset = self.offset_at(begin)
                changes.append(next(at for at in range(begin, end, US_PER_MIN)
                                    if self.offset_at(at) != offset))
        return changes

    def offset_at(self, at):
        return datetime.datetime.fromtimestamp(at // US_PER_S, self.info).utcoffset()

    def regulatory(self, start):
        """The earliest instant at which as much has been counted as up to `start`, and the limit."""
        day = bisect.bisect_right(self.midnights, start) - 1
        target = self.counted[day] + (start - self.midnights[day]) * self.counts[day] + LIMIT_US
        # The last midnight at which less had been counted: the day after it is the one.
        day = bisect.bisect_left(self.counted, target) - 1
        return self.midnights[day] + target - self.counted[day]

    def regulatory_by_minutes(self, start):
        """The same by counting, for a start on a whole minute."""
        left = LIMIT_US // US_PER_MIN
        at = start // US_PER_S
        while left:
            left -= self.is_counted(datetime.datetime.fromtimestamp(at, self.info).date())
            at += 60
        return at * US_PER_S


def check_by_minutes(zones, random_source):
    for _ in range(MINUTES):
        zone = random_source.choice(zones)
        start = random_source.choice(zone.midnights[366:-366]) \
            + random_source.randrange(-4 * 24 * 60, 4 * 24 * 60) * US_PER_MIN
        if zone.regulatory(start) != zone.regulatory_by_minutes(start):
            sys.exit(f"oracle: it disagrees with itself in {zone.name} on {start}")
    for zone in zones:
        for change in random_source.sample(zone.changes, min(len(zone.changes), 10)):
            start = change + random_source.randrange(-5 * 24 * 60, 120) * US_PER_MIN
            if zone.regulatory(start) != zone.regulatory_by_minutes(start):
                sys.exit(f"oracle: it disagrees with itself in {zone.name} on {start}")


# ---- starts --------------------------------------------------------------------------------------

NEAR_US = (-2 * US_PER_DAY, -3600 * US_PER_S, -US_PER_S, -1, 0, 1, US_PER_S, 1800 * US_PER_S,
           3600 * US_PER_S, 2 * 3600 * US_PER_S, 2 * US_PER_DAY)


def at_year(year):
    return (datetime.date(year, 1, 1) - EPOCH).days * US_PER_DAY


def random_starts(zones, count, random_source):
    first, end = at_year(YEARS[0]), at_year(YEARS[1] + 1)
    for n in range(count):
        yield zones[n % len(zones)], random_source.randrange(first, end)


def edge_starts(zones, random_source):
    """Around every change of clocks, the midnights about every holiday, and midnights at random."""
    first, end = at_year(YEARS[0]), at_year(YEARS[1] + 1)
    for zone in zones:
        edges = list(zone.changes)
        for date in zone.lawful:
            day = (date - zone.first).days
            edges += zone.midnights[max(0, day - 3):max(0, day + 3)]
        edges += random_source.sample(zone.midnights, 4000)
        for edge in edges:
            for near in NEAR_US:
                if first <= edge + near < end:
                    yield zone, edge + near


def run_driver(driver, starts):
    """Both deadlines of each start, by detainerd."""
    lines = "".join([f"{zone.name} {start}\n" for zone, start in starts])
    done = subprocess.run([driver], input=lines, text=True, check=True, stdout=subprocess.PIPE)
    answers = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    if len(answers) != len(starts):
        sys.exit(f"oracle: {len(answers)} answers to {len(starts)} starts")
    return answers


def local(zone, at):
    seconds, us = divmod(at, US_PER_S)
    return f"{datetime.datetime.fromtimestamp(seconds, zone.info):%a %Y-%m-%d %H:%M:%S %z} + {us} us"


def judge_deadlines(driver, starts):
    """The number of differences; the first of them are told."""
    wrong = 0
    for (zone, start), (consecutive, regulatory) in zip(starts, run_driver(driver, starts), strict=True):
        for reading, found, lawful in (("consecutive", consecutive, start + LIMIT_US),
                                       ("regulatory", regulatory, zone.regulatory(start))):
            if found == lawful:
                continue
            wrong += 1
            if wrong <= 20:
                print(f"{zone.name}, {reading}, from {local(zone, start)}:\n"
                      f"    {local(zone, lawful)} by law, {local(zone, found)} by detainerd")
    return wrong


# ---- all of it -----------------------------------------------------------------------------------

def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default="build", help="the build directory (default: build)")
    parser.add_argument("--seed", type=int, default=secrets.randbits(32), help="repeats a run")
    parser.add_argument("--starts", type=int, default=1_000_000, help="how many, besides the edges")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    begun = time.monotonic()
    driver = pathlib.Path(arguments.build) / "tests" / "oracle" / "deadlines"
    print(f"oracle: repeat with --seed {arguments.seed}", flush=True)
    random_source = random.Random(arguments.seed)
    last_year = YEARS[1] + 1
    lawful = lawful_holidays(HOLIDAYS_FROM, last_year)
    wrong_days = judge_holidays(driver, lawful, HOLIDAYS_FROM, last_year)
    zones = [Zone(name, lawful, YEARS[0] - 1, last_year) for name in ZONES]
    check_by_minutes(zones, random_source)
    starts = list(random_starts(zones, arguments.starts, random_source))
    starts += edge_starts(zones, random_source)
    wrong = judge_deadlines(driver, starts)
    print(f"{time.monotonic() - begun:.0f} s")
    print(f"{2 * len(starts)} deadlines compared, {wrong} differences")
    return 1 if wrong or wrong_days else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as problem:
        sys.exit(f"oracle: {problem}")
