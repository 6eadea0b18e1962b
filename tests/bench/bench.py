#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Measures the built daemon and its peers and prints one table; `make bench` runs it.

Everything is measured in one run, on one disk: in a temporary directory beside the build, or in --dir.
Exit status 0 when everything ran, whether targets were met or MISSED (the table says which); 1 when
something failed to run.
"""

import argparse
import dataclasses
import os
import pathlib
import platform
import subprocess
import sys
import tempfile


@dataclasses.dataclass(frozen=True)
class Sizes:
    rounds: int = 3
    warmup_s: float = 0.5
    seconds: float = 2
    idle_holds: int = 2000
    idle_spread_us: int = 10_000_000
    storm_holds: int = 100_000
    lead_s: float = 3
    open_holds: int = 1_000_000
    review_rows: int = 1_000_000


QUICK = Sizes(rounds=1, warmup_s=0.05, seconds=0.2, idle_holds=50, idle_spread_us=500_000,
              storm_holds=500, lead_s=2, open_holds=2000, review_rows=2000)

PARTS = ("throughput", "firing", "storm", "startup", "deadlines", "review")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default="build", help="the build directory (default: build)")
    parser.add_argument("--dir", help="where to put databases (default: the build directory)")
    parser.add_argument("--quick", action="store_true",
                        help="tiny sizes, no verdicts: only shows that everything runs")
    parser.add_argument("--rounds", type=int, help="how often what is short is repeated")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part (repeatable)")
    return parser.parse_args()


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def file_system(directory):
    from services import version_of
    return version_of("findmnt", "--noheadings", "--output", "FSTYPE", "--target", directory)


def describe(build, directory, load_before):
    """The lines above the table: what was measured on what, and whether the machine was idle before."""
    import sqlite3
    from services import find, version_of
    daemon = version_of(os.path.join(build, "daemon", "detainerd"), "--version").split("\n")[0]
    peers = [f"SQLite {sqlite3.sqlite_version}"]
    if find("beanstalkd"):
        peers.append(version_of(find("beanstalkd"), "-v"))
    if find("redis-server"):
        peers.append("Redis " + version_of(find("redis-server"), "--version").split()[2].removeprefix("v="))
    print(f"{daemon}; {', '.join(peers)}")
    print(f"{processor()}, {os.cpu_count()} cores (shared by server and clients), "
          f"Linux {platform.release()}, {file_system(directory)}, load average before: {load_before:.2f}")


def run(parts, bench, table):
    import deadlines
    import firing
    import review
    import startup
    import storm
    import throughput
    measure = {"throughput": throughput.measure, "firing": firing.measure, "storm": storm.measure,
               "startup": startup.measure, "deadlines": deadlines.measure,
               "review": review.measure}
    for part in parts:
        measure[part](bench, table)


def main():
    arguments = parse_arguments()
    build = os.path.abspath(arguments.build)
    os.environ["DETAINERD_BUILD"] = build  # before services, whose harness reads it, is imported
    from services import Bench
    from table import Table

    sizes = QUICK if arguments.quick else Sizes()
    if arguments.rounds:
        sizes = dataclasses.replace(sizes, rounds=arguments.rounds)
    load_before = os.getloadavg()[0]
    table = Table(judge=not arguments.quick)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=arguments.dir or build) as directory:
        run(arguments.only or PARTS, Bench(build, directory, sizes), table)
        describe(build, directory, load_before)
    print(f"medians of {sizes.rounds} round{'s' * (sizes.rounds > 1)}, maxima of all\n\n{table.text()}", flush=True)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    try:
        main()
    except (AssertionError, OSError, RuntimeError, subprocess.SubprocessError) as problem:
        sys.exit(f"bench: {problem}")
