# SPDX-License-Identifier: ISC
"""Start-up time and memory with a million open holds in the database.

The holds are copies, made by SQL, of one that the daemon itself requested and started: with its two
events and its timers, the deadlines spread from 2 to 48 hours ahead.
"""

import os
import sqlite3
import time

from services import REQUEST
from table import duration, mebibytes, median

STARTS = 3
START_TARGET_US = 1_000_000
MEMORY_TARGET_KIB = 100 * 1024
SPREAD_US = 46 * 3600 * 1_000_000
QUIET_US = 600 * 1_000_000  # nothing is due for so long

SEED = """
CREATE TEMP TABLE n (i INTEGER PRIMARY KEY);
WITH RECURSIVE up(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM up WHERE i < {count})
    INSERT INTO n SELECT i FROM up;
CREATE TEMP TABLE one_hold AS SELECT * FROM main.hold;
CREATE TEMP TABLE one_event AS SELECT * FROM main.event ORDER BY seq;
CREATE TEMP TABLE one_timer AS SELECT * FROM main.timer;

INSERT INTO main.hold SELECT {hold_columns} FROM n CROSS JOIN one_hold;
INSERT INTO main.event SELECT {event_columns} FROM n CROSS JOIN one_event;
DELETE FROM main.timer WHERE due_at <= {quiet_until};
INSERT INTO main.timer SELECT {timer_columns} FROM n CROSS JOIN one_timer
    WHERE due_at - {shift} > {quiet_until};
INSERT OR REPLACE INTO main.meta SELECT 'announced_seq', max(seq) FROM main.event;
"""


def select_list(db, table, replaced):
    """All columns of a table in order, some of them replaced by an expression."""
    names = [row[1] for row in db.execute(f"PRAGMA main.table_info({table})")]
    if missing := replaced.keys() - set(names):
        raise RuntimeError(f"table {table} has no column {', '.join(missing)}: adapt the seeding")
    return ", ".join(replaced.get(name, name) for name in names)


def seed_sql(db, count):
    shift = f"((i * {SPREAD_US // count}))"
    events = db.execute("SELECT count(*) FROM main.event").fetchone()[0]
    seq = f"((i - 1) * {events} + seq)"
    booking = "printf('%016d', i)"
    body = f"json_set(body, '$.seq', {seq}, '$.hold', i, '$.booking', {booking})"
    return SEED.format(
        count=count, shift=shift, quiet_until=time.time_ns() // 1000 + QUIET_US,
        hold_columns=select_list(db, "hold", {
            "id": "i", "booking": booking, "last_seq": f"i * {events}",
            "eligible_at": f"eligible_at - {shift}", "deadline_at": f"deadline_at - {shift}"}),
        event_columns=select_list(db, "event", {"seq": seq, "hold": "i", "body": body}),
        timer_columns=select_list(db, "timer", {"hold": "i", "due_at": f"due_at - {shift}"}))


def seed(daemon, count):
    """Leaves a stopped daemon whose database has `count` held holds."""
    hold = daemon.create(**REQUEST)["id"]
    daemon.command(hold, "start")
    daemon.stop()
    db = sqlite3.connect(daemon.database)
    db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000")
    db.executescript(seed_sql(db, count))
    db.executescript("PRAGMA journal_mode = WAL")
    db.close()
    drop_from_page_cache(daemon.database)  # also syncs


def drop_from_page_cache(path):
    """So that the next start reads from the disk, as after a boot."""
    fd = os.open(path, os.O_RDONLY)
    os.fsync(fd)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)


def take_into_page_cache(path):
    with open(path, "rb", buffering=0) as file:
        while file.read(1 << 20):
            pass


def start(daemon):
    """Starts it and returns the microseconds from before fork and exec until READY=1 was received."""
    begun = time.monotonic()
    daemon.start()
    return (time.monotonic() - begun) * 1_000_000


def memory_kib(pid, field):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(field + ":"))


def add_start(table, label, times):
    table.add(label, duration(median(times)), "", "", duration(max(times)),
              f"< {duration(START_TARGET_US)}", median(times) < START_TARGET_US)


def add_memory(table, label, kib):
    table.add(label, mebibytes(kib), target=f"< {mebibytes(MEMORY_TARGET_KIB)}",
              ok=kib < MEMORY_TARGET_KIB)


def measure_starts(bench, daemon, count):
    cold, warm = [], []
    for n in range(STARTS):
        drop_from_page_cache(daemon.database)
        cold.append(start(daemon))
        daemon.stop()
        take_into_page_cache(daemon.database)
        warm.append(start(daemon))
        if n < STARTS - 1:
            daemon.stop()
    return cold, warm


def measure(bench, table):
    count = bench.sizes.open_holds
    bench.say(f"start-up with {count:,} open holds (making them first)")
    with bench.daemon() as daemon:
        seed(daemon, count)
        cold, warm = measure_starts(bench, daemon, count)
        ready_kib = memory_kib(daemon.pid, "VmRSS")
        loads = bench.load(daemon, "read:32", "request:16", ids=count)
        after_kib = memory_kib(daemon.pid, "VmRSS")
        peak_kib = memory_kib(daemon.pid, "VmHWM")
    table.section(f"{count:,} open holds in the database")
    add_start(table, "exec to READY=1, database not in the page cache", cold)
    add_start(table, "exec to READY=1, database in the page cache", warm)
    add_memory(table, "resident memory when ready", ready_kib)
    add_memory(table, "resident memory after reads and requests", after_kib)
    add_memory(table, "peak resident memory (VmHWM)", peak_kib)
    table.add_load("reads (any hold), 32 connections, beside 16 writers", [loads[0]])
    table.add_load("the 16 writers meanwhile", [loads[1]])
