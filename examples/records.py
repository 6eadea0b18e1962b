#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A records system's dealings with detainerd, from a detainer's arrival to the person's release.

    records.py BOOKING FACILITY ELIGIBLE_AT CURSOR_FILE

Lodges a detainer, starts its clock, follows what happens until the person must go, and records the
release. Python's standard library only. It may be killed anywhere and run again with the same
arguments: it goes on from there, and nothing is recorded twice.
"""

import contextlib
import http.client
import json
import os
import random
import socket
import sys
import time

SOCKET = os.environ.get("DETAINERD_SOCKET", "/run/detainerd/detainerd.sock")
TIMEOUT_S = 40  # of one try; longer than the longest wait that is asked for
TRIES = 8  # which take about ten seconds where the daemon is away
WAIT_S = 30


class Refused(Exception):
    """The daemon has understood, and will say the same the next time: for a person to look at."""

    def __init__(self, status, problem):
        super().__init__(f"{problem.get('detail', 'no reason given')} "
                         f"({status} {problem.get('kind', 'unknown')})")


class Connection(http.client.HTTPConnection):
    """HTTP through a Unix socket."""

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(SOCKET)


class Detainerd:
    """Calls, each repeated until it is answered: a key makes that harmless."""

    def __init__(self):
        self.connection = Connection("detainerd", timeout=TIMEOUT_S)

    def close(self):
        self.connection.close()

    def get(self, path):
        return self.call("GET", path, None, {})

    def post(self, path, body, key, etag=None):
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        if etag:
            headers["If-Match"] = etag
        return self.call("POST", path, json.dumps(body), headers)

    def call(self, method, path, body, headers):
        """Returns the answer's JSON and its ETag."""
        for attempt in range(TRIES):
            if attempt:
                time.sleep(min(5, 0.1 * 2 ** attempt) * random.uniform(0.5, 1))
            try:
                self.connection.request(method, path, body, headers)
                response = self.connection.getresponse()
                text = response.read()
            except (OSError, http.client.HTTPException) as error:
                self.connection.close()  # the next try gets a new one
                trouble = error
                continue
            if response.status in (429, 503):
                trouble = f"status {response.status}"
                continue
            answer = json.loads(text)
            if response.status >= 400:
                raise Refused(response.status, answer)
            return answer, response.headers["ETag"]
        raise ConnectionError(f"no answer from {SOCKET} in {TRIES} tries: {trouble}")


class Cursor:
    """How far the history has been dealt with, kept in a file."""

    def __init__(self, path):
        self.path = path
        try:
            with open(path, encoding="ascii") as file:
                self.seq = int(file.read())
        except FileNotFoundError:
            self.seq = 0

    def move(self, seq):
        """After what came before has been dealt with, never sooner."""
        with open(self.path + ".new", "w", encoding="ascii") as file:
            file.write(f"{seq}\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(self.path + ".new", self.path)
        self.seq = seq


def follow(detainerd, hold, cursor):
    """Waits for events and deals with them. Returns whether one was of this hold."""
    page, _ = detainerd.get(f"/v1/events?after={cursor.seq}&wait={WAIT_S}")
    concerned = False
    for event in page["events"]:
        if event.get("hold") == hold:
            print(f"event {event['seq']} {event['kind']}", flush=True)
            concerned = True
    if page["events"]:
        cursor.move(page["events"][-1]["seq"])
    return concerned


def keep(detainerd, cursor, booking, facility, eligible_at):
    hold, etag = detainerd.post("/v1/holds", {"booking": booking, "facility": facility},
                                f"{booking}-request")
    path = f"/v1/holds/{hold['id']}"
    print(f"hold {hold['id']} is {hold['state']}", flush=True)

    detainerd.post(f"{path}/start", {"eligible_at": eligible_at, "reason": "bond_posted"},
                   f"{booking}-start", etag)
    hold, etag = detainerd.get(path)
    print(f"hold {hold['id']} is {hold['state']}, deadline {hold['deadline_at']}", flush=True)

    while hold["state"] == "held":
        if follow(detainerd, hold["id"], cursor):
            hold, etag = detainerd.get(path)

    # Nobody may hold the person any longer. They have left a moment ago, so that no time is sent.
    if hold["state"] == "expired":
        hold, _ = detainerd.post(f"{path}/release", {"reason": "authority ended"},
                                 f"{booking}-release", etag)
    print(f"hold {hold['id']} is {hold['state']}")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit("usage: records.py BOOKING FACILITY ELIGIBLE_AT CURSOR_FILE")
    try:
        with contextlib.closing(Detainerd()) as daemon:
            keep(daemon, Cursor(sys.argv[4]), *sys.argv[1:4])
    except (Refused, OSError) as error:
        sys.exit(f"records.py: {error}")
