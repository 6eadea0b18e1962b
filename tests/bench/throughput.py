# SPDX-License-Identifier: ISC
"""Requests and reads per second, and the same of raw SQLite, beanstalkd and Redis.

All servers are up during a round and take turns, so that whatever else the machine does meets all of
them alike; rounds are repeated and the medians shown.
"""

import collections
import contextlib

from services import PEERS, REQUEST, find

WRITERS = (1, 16, 64)
READERS = 32
BATCHES = (1, 64)
READS_TARGET = 60000


def make_pattern(bench):
    """A database of the daemon's own with one requested hold in it, for bench/raw_sqlite to copy."""
    with bench.daemon() as daemon:
        answer = daemon.post("/v1/holds", REQUEST)
        if answer.status != 201:
            raise RuntimeError(f"cannot request a hold: {answer.text}")
        daemon.stop()
        return daemon.database


def measure_round(bench, pattern, peers, runs):
    with contextlib.ExitStack() as stack:
        daemon = stack.enter_context(bench.daemon())
        servers = {name: stack.enter_context(PEERS[name][1](bench)) for name in peers}
        for clients in WRITERS:
            runs["request", clients] += bench.load(daemon, f"request:{clients}")
            if clients not in BATCHES:
                continue
            runs["keyed", clients] += bench.load(daemon, f"keyed:{clients}")
            runs["raw", clients].append(bench.raw_sqlite(pattern, clients))
            for name, server in servers.items():
                runs[name, clients] += bench.load(server, f"{name}:{clients}")
        measure_reads(bench, daemon, runs)


def measure_reads(bench, daemon, runs):
    ids = daemon.create("newest", "BENCH")["id"]
    runs["read", "alone"] += bench.load(daemon, f"read:{READERS}", ids=ids)
    read, write = bench.load(daemon, f"read:{READERS}", "request:16", ids=ids)
    runs["read", "beside"].append(read)
    runs["request", "beside"].append(write)


def add_peer(table, name, title, runs):
    for clients in BATCHES:
        table.add_load(f"{title}, {clients} client{'s' * (clients > 1)}", runs[name, clients])


def add_rates(table, runs, peers):
    table.section("durable requests for a hold (POST /v1/holds), and what peers do with the same rows")
    for clients in WRITERS:
        table.add_load(f"detainerd, {clients} client{'s' * (clients > 1)}", runs["request", clients])
    add_peer(table, "keyed", "each with a random Idempotency-Key", runs)
    for batch in BATCHES:
        table.add_load(f"raw SQLite, {batch} hold{'s' * (batch > 1)} a commit (times of commits)",
                       runs["raw", batch])
    if "beanstalkd" in peers:
        add_peer(table, "beanstalkd", "beanstalkd -f0, put", runs)
    if "redis" in peers:
        add_peer(table, "redis", "Redis appendfsync always, ZADD", runs)


def add_ratios(table, runs, peers):
    one, many = runs["request", 1], runs["request", 64]
    for clients in BATCHES:
        table.add_ratio(f"with keys / without, {clients} client{'s' * (clients > 1)}", runs["keyed", clients],
                        runs["request", clients])
    table.add_ratio("1 client / raw SQLite, 1 a commit", one, runs["raw", 1], at_least=0.6)
    table.add_ratio("64 clients / raw SQLite, 64 a commit", many, runs["raw", 64])
    if "beanstalkd" in peers:
        table.add_ratio("64 clients / beanstalkd, 64 clients", many, runs["beanstalkd", 64], at_least=5)
        table.add_ratio("64 clients / beanstalkd, 1 client", many, runs["beanstalkd", 1])
        table.add_ratio("1 client / beanstalkd, 1 client", one, runs["beanstalkd", 1])
    if "redis" in peers:
        table.add_ratio("64 clients / Redis, 64 clients", many, runs["redis", 64])
        table.add_ratio("1 client / Redis, 1 client", one, runs["redis", 1])
    for name in PEERS.keys() - peers:
        table.add(f"{name}: not installed, not measured")


def add_reads(table, runs):
    table.section(f"reads (GET /v1/holds/{{id}}, any hold), {READERS} connections")
    table.add_load("alone", runs["read", "alone"], f">= {READS_TARGET:,}/s",
                   lambda rate: rate >= READS_TARGET)
    table.add_load("beside 16 writers", runs["read", "beside"])
    table.add_load("the 16 writers meanwhile", runs["request", "beside"])


def measure(bench, table):
    peers = [name for name, (program, _) in PEERS.items() if find(program)]
    runs = collections.defaultdict(list)
    pattern = make_pattern(bench)
    for n in range(bench.sizes.rounds):
        bench.say(f"throughput, round {n + 1} of {bench.sizes.rounds}")
        measure_round(bench, pattern, peers, runs)
    add_rates(table, runs, peers)
    add_ratios(table, runs, peers)
    add_reads(table, runs)
