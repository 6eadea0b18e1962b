# SPDX-License-Identifier: ISC
"""Holds whose deadlines are at hand, and how late they fire on an idle daemon.

Holds are requested and started through the API, each made eligible 48 hours before the instant at
which its deadline is wanted. Starting one so close to its deadline fires its tightest warning at once;
those are waited for, so that the daemon is idle when the first deadline comes.
"""

import time

from harness import ask, expect, parse_rfc3339, wait_until
from table import duration, percentile

LIMIT_US = 48 * 3600 * 1_000_000
EVENTS_A_HOLD = 3  # lodged, started, the warning
LATENESS_TARGET_US = 10_000
CONNECTIONS = 64


def now_us():
    return time.time_ns() // 1000


def as_us(text):
    return round(parse_rfc3339(text).timestamp() * 1_000_000)


def sleep_until_us(instant_us):
    time.sleep(max(0, instant_us - now_us()) / 1_000_000)


class Holds:
    """`count` held holds, ids from 1, whose deadlines fall `step_us` apart from `first_due_us` on."""

    def __init__(self, count, spread_us, first_due_us):
        self.count = count
        self.step_us = spread_us // count
        self.first_due_us = first_due_us
        self.last_due_us = first_due_us + (count - 1) * self.step_us


def last_seq(daemon):
    return expect(200, daemon.get("/v1/events?limit=1"))["last_seq"]


def start_holds(bench, daemon, count, spread_us, lead_s):
    """Returns the holds once they are all started and warned of; None where `lead_s` was too short."""
    begun = time.monotonic()
    bench.load(daemon, f"request:{CONNECTIONS}", count=count)
    lead_s += 4 * (time.monotonic() - begun)
    holds = Holds(count, spread_us, now_us() + int(lead_s * 1_000_000))
    bench.load(daemon, f"start:{CONNECTIONS}", count=count, step=holds.step_us,
               eligible_from=holds.first_due_us - LIMIT_US)
    wait_until(lambda: last_seq(daemon) >= EVENTS_A_HOLD * count, 60, "every hold started and warned of")
    return holds if now_us() < holds.first_due_us - 1_000_000 else None


def with_holds(bench, count, spread_us, measure):
    """Calls measure(daemon, holds) on a fresh daemon, with a longer lead until there is time enough."""
    lead_s = bench.sizes.lead_s
    while True:
        with bench.daemon() as daemon:
            holds = start_holds(bench, daemon, count, spread_us, lead_s)
            if holds:
                return measure(daemon, holds)
        lead_s *= 3


def watch_expiries(daemon, count):
    """Long-polls; returns (event, microseconds at which this client had it) for `count` expiries."""
    seen = []
    after = EVENTS_A_HOLD * count
    connection = daemon.connection()
    while len(seen) < count:
        page = expect(200, ask(connection, "GET", f"/v1/events?after={after}&limit=1000&wait=30"))
        arrived_us = now_us()
        for event in page["events"]:
            after = event["seq"]
            if event["kind"] == "hold.expired":
                seen.append((event, arrived_us))
    connection.close()
    return seen


def add_lateness(table, label, lateness, target=False):
    p99 = percentile(lateness, 99)
    table.add(label, "", duration(percentile(lateness, 50)), duration(p99), duration(max(lateness)),
              f"p99 < {duration(LATENESS_TARGET_US)}" if target else "",
              p99 < LATENESS_TARGET_US if target else None)


def measure(bench, table):
    count, spread_us = bench.sizes.idle_holds, bench.sizes.idle_spread_us
    bench.say(f"lateness of {count:,} expiries, idle")
    seen = with_holds(bench, count, spread_us, lambda daemon, holds: watch_expiries(daemon, count))
    due = [as_us(event["due_at"]) for event, _ in seen]
    table.section(f"lateness of firing, idle: {count:,} expiries over {duration(spread_us)}")
    add_lateness(table, "recorded_at - due_at", [as_us(event["recorded_at"]) - at
                                                 for (event, _), at in zip(seen, due)], target=True)
    add_lateness(table, "in the hands of a long-polling client, after due_at",
                 [arrived - at for (_, arrived), at in zip(seen, due)], target=True)
