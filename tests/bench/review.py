# SPDX-License-Identifier: ISC
"""detainerctl review on an export of a million rows, read from a pipe.

A tenth of the stays are longer than 48 hours, many more than in any jail's records: those are the ones
that cost a look at calendars.
"""

import datetime
import os
import random
import subprocess
import time

from table import duration, mebibytes, median

ZONE = "America/Los_Angeles"
TARGET_US = 10_000_000
HEADER = ("booking,booked_at,local_custody_ended_at,released_at,charge_severity,detainer_disposition,"
          "release_disposition\n")


def write_export(path, rows):
    """Stays of 1990 to 2020; some without an end of local custody, some with one after the release."""
    rng = random.Random(1)
    minute = datetime.timedelta(minutes=1)
    first = datetime.datetime(1990, 1, 1)
    with open(path, "w", encoding="ascii") as file:
        file.write(HEADER)
        for n in range(rows):
            booked = first + rng.randrange(30 * 365 * 24 * 60) * minute
            eligible = booked + rng.randrange(60 * 24 * 60) * minute
            out = max(booked, eligible + (rng.randrange(10 * 24 * 60) if rng.random() < 0.125
                                          else rng.randrange(-300, 2400)) * minute)
            ended = "" if rng.random() < 0.05 else eligible
            file.write(f"{n:012x},{booked},{ended},{out},felony,Immigration,Immigration\n")


def peak_kib(pid):
    """The most memory the process has had; 0 once it has ended. What wait4() tells would count this
    program, out of which it was made."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return max((int(line.split()[1]) for line in status if line.startswith("VmHWM")), default=0)


def run(path):
    """Returns the microseconds it took, its peak of resident memory, and its summary by name."""
    program = os.path.join(os.environ["DETAINERD_BUILD"], "client", "detainerctl")
    summary, peak = {}, 0
    with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as source:
        begun = time.monotonic()
        review = subprocess.Popen([program, "review", "-", "--zone", ZONE, "--format", "csv"],
                                  stdin=source.stdout, stdout=subprocess.PIPE, text=True)
        for n, line in enumerate(review.stdout):
            if n % 1000 == 0:
                peak = max(peak, peak_kib(review.pid))
            if line.startswith("summary"):
                *_, name, value = line.rstrip("\n").split(",")
                summary[name] = value
        status = review.wait()
        elapsed_us = (time.monotonic() - begun) * 1_000_000
    if status:
        raise RuntimeError(f"detainerctl review ended with status {status}")
    return elapsed_us, peak, summary


def measure(bench, table):
    rows = bench.sizes.review_rows
    path = bench.fresh("review") / "export.csv"
    bench.say(f"review of {rows:,} rows (making them first)")
    write_export(path, rows)
    runs = [run(path) for _ in range(bench.sizes.rounds)]
    times = [elapsed_us for elapsed_us, _, _ in runs]
    summary = runs[0][2]
    if int(summary["rows"]) != rows or int(summary["unusable"]):
        raise RuntimeError("the review did not use every row")
    past = int(summary["consecutive_past"])
    table.section(f"detainerctl review of {rows:,} rows from a pipe, {past:,} of them past a deadline")
    table.add("both rules, as CSV", duration(median(times)), "", "", duration(max(times)),
              f"< {duration(TARGET_US)}", median(times) < TARGET_US)
    table.add("peak resident memory", mebibytes(max(peak for _, peak, _ in runs)))
