# SPDX-License-Identifier: ISC
"""An expiry storm: very many holds due within one second, and what other clients notice of it."""

import json
import subprocess

from firing import EVENTS_A_HOLD, now_us, sleep_until_us, with_holds
from harness import ask, expect, wait_until
from table import duration, median

SPREAD_US = 1_000_000
STORM_TARGET_US = 5_000_000
WAIT_TARGET_US = 250_000


class Prober:
    """A client that reads and one that requests, without pause, and how long each had to wait."""

    def __init__(self, bench, daemon, ids):
        self.process = subprocess.Popen(
            bench.load_command(daemon, ["read:1", "request:1"], ids=ids, seconds=600),
            stdout=subprocess.PIPE, text=True)

    def finish(self):
        self.process.terminate()
        output, _ = self.process.communicate()
        if self.process.returncode != 0:
            raise RuntimeError("the prober failed")
        return [json.loads(line) for line in output.splitlines()]


def all_expired(daemon, connection, holds):
    """Whether the hold due last is seen expired, and then no hold is still held."""
    last = expect(200, ask(connection, "GET", f"/v1/holds/{holds.count}"))
    if last["state"] != "expired":
        return False
    return not expect(200, ask(connection, "GET", "/v1/holds?state=held&limit=1"))["holds"]


def insist_on_each_once(daemon, holds):
    expired = [event["hold"] for event in daemon.events(after=EVENTS_A_HOLD * holds.count)
               if event["kind"] == "hold.expired"]
    if sorted(expired) != list(range(1, holds.count + 1)):
        raise RuntimeError("not every hold expired exactly once")


def watch_storm(bench, daemon, holds):
    sleep_until_us(holds.first_due_us - 500_000)
    prober = Prober(bench, daemon, holds.count)
    connection = daemon.connection()
    sleep_until_us(holds.last_due_us)
    wait_until(lambda: all_expired(daemon, connection, holds), 300, "the last expiry")
    after_last_us = now_us() - holds.last_due_us
    connection.close()
    read, request = prober.finish()
    insist_on_each_once(daemon, holds)
    return after_last_us, read, request


def measure(bench, table):
    count = bench.sizes.storm_holds
    runs = []
    for n in range(bench.sizes.rounds):
        bench.say(f"storm of {count:,} expiries, round {n + 1} of {bench.sizes.rounds}")
        runs.append(with_holds(bench, count, SPREAD_US,
                               lambda daemon, holds: watch_storm(bench, daemon, holds)))
    add_storm(table, count, runs)


def add_storm(table, count, runs):
    table.section(f"expiry storm: {count:,} holds due within 1 s, while one client reads and one requests")
    committed = [after_last_us for after_last_us, _, _ in runs]
    table.add("from the last due instant to the last expiry readable", duration(median(committed)), "", "",
              duration(max(committed)), f"<= {duration(STORM_TARGET_US)}",
              median(committed) <= STORM_TARGET_US)
    for n, label in ((1, "GET meanwhile"), (2, "POST meanwhile")):
        table.add_load(f"{label} (max: the worst wait)", [run[n] for run in runs])
    worst = max(probe["max_us"] for _, *probes in runs for probe in probes)
    table.add("worst API wait of all", duration(worst), target=f"<= {duration(WAIT_TARGET_US)}",
              ok=worst <= WAIT_TARGET_US)
