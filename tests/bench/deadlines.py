# SPDX-License-Identifier: ISC
"""How many deadlines one core works out, without the daemon around it."""

from services import run_json

RATE_TARGET = 200_000


def measure(bench, table):
    runs = {"readings": [], "explained": []}
    for n in range(bench.sizes.rounds):
        bench.say(f"deadlines, round {n + 1} of {bench.sizes.rounds}")
        for run in run_json([bench.programs / "deadlines", f"--seconds={bench.sizes.seconds}"]):
            runs[run["name"]].append(run)
    table.section("deadlines on one core, both readings of random starts from 1990 to 2040 in six zones")
    table.add_load("both", runs["readings"], f">= {RATE_TARGET:,}/s", lambda rate: rate >= RATE_TARGET)
    table.add_load("both, and explained span by span", runs["explained"])
