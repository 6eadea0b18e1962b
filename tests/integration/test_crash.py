#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""The crash test: SIGKILL at random moments, and an oracle that keeps count.

Several keep-alive clients send commands; the daemon is killed in the middle of traffic, while it
starts and recovers, and around the instant at which timers fire. Then it is started again on the
same files. Some commands have an Idempotency-Key: when the answer to one got lost, its client sends it
again. In the end the oracle (oracle.py) compares the history with what was sent and answered.

    test_crash.py [--kills N] [--seed S] [--clients N] [--keep DIR]

The seed repeats the decisions: who sends what, and when the daemon dies. How the threads interleave
is up to the machine, so a fault may take several runs of its seed to show again. Under run.py,
DETAINERD_TEST_KILLS and DETAINERD_TEST_SEED say the same.
"""

import argparse
import collections
import copy
import dataclasses
import http.client
import os
import random
import sqlite3
import sys
import threading
import time
import unittest

import harness
from oracle import (LIMIT_US, US_PER_S, Facility, Oracle, Run, format_us, now_us, parse_us,
                    read_history)

FACILITIES = """
facility "HONOR" {
    name = "Honours every detainer"
    zone = "America/Los_Angeles"
    policy = "always-honor"
    warnings = {"1h", "2s", "1s"}
    transfer_grace = "1s"
}
facility "REVIEW" {
    name = "Lets a supervisor decide"
    zone = "America/New_York"
    policy = "always-review"
    warnings = {"1s"}
    transfer_grace = "1s"
}
facility "DECLINE" {
    name = "Declines every detainer"
    zone = "UTC"
    policy = "always-decline"
}
"""
RULES = {"HONOR": Facility((3600, 2, 1), US_PER_S), "REVIEW": Facility((1,), US_PER_S),
         "DECLINE": Facility((86400, 43200, 14400, 3600, 900), 30 * 60 * US_PER_S)}

SOON_US = 1_500_000      # deadlines and pickups lie at most so far ahead
FIRE_WITHIN_S = 5        # more than the latest timer armed so
TRAFFIC_S = 0.12         # a kill comes at most so long after READY; longer in slow builds
LONG_DOWN = 0.02         # how often the daemon stays down for
LONG_DOWN_S = 1.2        # so long that what fell due meanwhile fires late
REMEMBERED = 60          # holds that a client keeps coming back to
KEYED = 0.5              # how often a command can be sent again


# ---- one client ----------------------------------------------------------------------------------

class Client:
    """Sends random commands on one keep-alive connection until the daemon is gone."""

    # What to do, how often, and to a hold in which state. Now and then a command goes where it is
    # refused, and a hold may have moved on since we last saw it.
    ACTIONS = (
        ("request", 24, None),
        ("decide", 6, "pending"),
        ("start_soon", 24, "lodged"),
        ("start_past", 2, "lodged"),
        ("start_now", 3, "lodged"),
        ("start_undecided", 1, "pending"),
        ("serve", 5, "lodged"),
        ("note", 10, None),
        ("schedule", 10, "lodged held expired"),
        ("correct_soon", 5, "held expired"),
        ("correct_past", 1, "held"),
        ("correct_later", 3, "held expired"),
        ("cancel", 4, "pending lodged held"),
        ("transfer", 3, "held expired"),
        ("release", 3, "held expired"),
        ("close", 2, "lodged held expired"),
        ("misplaced", 3, None),
        ("misspelt", 2, None),
        ("read", 8, None),
    )

    def __init__(self, number, daemon, oracle):
        self.number, self.daemon, self.oracle = number, daemon, oracle
        self.connection = None
        self.holds = collections.OrderedDict()  # id -> state as last seen, newest last
        self.newest = None                      # read by the others, who meddle with it
        self.others = []
        self.latest_stamp = 0
        self.count = 0
        self.dues = []                          # instants at which something we armed fires
        self.storm_at = None                    # in a storm: the deadline that everybody aims at
        self.unheard = None                     # (command, key) under way, if it has a key
        self.repeated = self.replayed = 0       # commands sent again, and those that had reached the ledger
        self.broke = None                       # (when, error) that ended the last run

    def stamp(self):
        """Now, as an instant that no other command has."""
        at = now_us() // 16 * 16 + self.number
        self.latest_stamp = at if at > self.latest_stamp else self.latest_stamp + 16
        return self.latest_stamp

    def word(self):
        self.count += 1
        return f"{self.number}/{self.count} \u00e9\"\\"

    # -- commands --

    def soon(self):
        """A clock's start, 48 h less a moment ago."""
        if self.storm_at is not None:
            self.count += 1
            return self.storm_at // 16 * 16 + self.count % 256 * 16 + self.number - LIMIT_US
        return self.stamp() - LIMIT_US + int(self.rng.random() * SOON_US)

    def request(self, _):
        booking = f"B-{self.number}-{self.count}"
        if self.holds and self.rng.random() < 0.15:
            booking = f"B-{self.number}-{int(self.rng.random() * self.count)}"
        self.count += 1
        facility = self.rng.choices(("HONOR", "REVIEW", "DECLINE"), (80, 17, 3))[0]
        return "request", {"booking": booking, "facility": facility,
                           "received_at": format_us(self.stamp())}

    def decide(self, _):
        verdict = "honor" if self.rng.random() < 0.9 else "decline"
        return "decide", {"decision": verdict, "reason": self.word()}

    def start_soon(self, _):
        return "start", {"eligible_at": format_us(self.soon()), "reason": "bond_posted"}

    def start_past(self, _):
        return "start", {"eligible_at": format_us(self.stamp() - LIMIT_US - 3600 * US_PER_S)}

    def start_now(self, _):
        return "start", {"eligible_at": format_us(self.stamp()), "reason": "sentence_served"}

    start_undecided = start_now

    def serve(self, _):
        return "serve", {"at": format_us(self.stamp())}

    def note(self, _):
        return "note", {"text": self.word() + "x" * int(self.rng.random() * 1800)}

    def schedule(self, _):
        pickup_at = self.stamp() + 20_000 + int(self.rng.random() * SOON_US) // 16 * 16
        self.dues.append(pickup_at)
        return "schedule", {"pickup_at": format_us(pickup_at)}

    def correct_soon(self, _):
        return "correct", {"eligible_at": format_us(self.soon()), "reason": self.word()}

    def correct_past(self, _):
        eligible_at = self.stamp() - 2 * LIMIT_US
        return "correct", {"eligible_at": format_us(eligible_at), "reason": self.word()}

    def correct_later(self, _):
        return "correct", {"eligible_at": format_us(self.stamp()), "reason": self.word()}

    def cancel(self, _):
        return "cancel", {"reason": self.word(), "lift_code": self.rng.choice("ABCDFLNSTU")}

    def transfer(self, _):
        return "transfer", {"at": format_us(self.stamp())}

    def release(self, _):
        return "release", {"reason": self.word()}

    def close(self, _):
        return "close", {"at": format_us(self.stamp()), "reason": "other_agency"}

    def misplaced(self, state):
        """Something that the state, as far as we know, does not allow."""
        name = {"pending": "transfer", "lodged": "release", "held": "serve"}.get(state, "start_now")
        return getattr(self, name)(state)

    def misspelt(self, _):
        return "serve", {"at": format_us(self.stamp()), "att": 1}

    # -- sending --

    def pick_hold(self, states):
        """One of ours that was in such a state when we last saw it, or somebody else's newest."""
        if self.rng.random() < 0.1:
            return self.rng.choice(self.others).newest
        fitting = [hold for hold, state in self.holds.items()
                   if states is None or state in states.split()]
        return fitting[-1 - int(self.rng.random() ** 2 * len(fitting))] if fitting else None

    def ask(self, method, path, body=None, headers=None):
        if self.connection.sock is None:
            self.connection.connect()
        return harness.ask(self.connection, method, path, body, headers)

    def learn(self, answer):
        self.newest = answer["id"]
        self.holds[answer["id"]] = answer["state"]
        while len(self.holds) > REMEMBERED:
            self.holds.popitem(last=False)
        if answer["next_timer"]:
            self.dues.append(parse_us(answer["next_timer"]["due_at"]))

    def read(self, hold):
        answer = harness.expect(200, self.ask("GET", f"/v1/holds/{hold}"))
        self.oracle.show(answer)
        self.learn(answer)

    def send(self, kind, hold, body):
        if self.connection.sock is None:
            self.connection.connect()
        command = self.oracle.sent(kind, hold, body)
        key = None
        if self.rng.random() < KEYED:
            key = f"{self.number}-{self.stamp()}"
            self.unheard = command, key
        self.deliver(command, key)

    def deliver(self, command, key):
        answer = self.ask("POST", command.path, command.body, {"Idempotency-Key": key} if key else None)
        parsed = answer.json
        self.unheard = None
        self.replayed += answer.headers["Idempotency-Replayed"] == "true"
        self.oracle.answered(command, answer.status, parsed)
        if command.fate == "acknowledged":
            self.learn(parsed)
        elif answer.status >= 500 or parsed["kind"] == "idempotency-key-reused":
            self.oracle.fault(f"{command.path} answered with {answer.status}: {answer.text}")
        elif "state" in parsed:
            self.holds[command.hold] = parsed["state"]

    def repeat(self):
        """Sends the command again whose answer did not come; nobody knows whether it was recorded."""
        if self.unheard:
            self.repeated += 1
            self.deliver(*self.unheard)

    def act(self):
        weights = [weight for _, weight, _ in self.ACTIONS]
        name, _, states = self.rng.choices(self.ACTIONS, weights)[0]
        if self.storm_at is not None and name not in ("request", "note", "read"):
            name, states = "start_soon", "lodged"
        hold = None if name == "request" else self.pick_hold(states)
        if hold is None:
            name = "request"
        if name == "read":
            self.read(hold)
        else:
            kind, body = getattr(self, name)(self.holds.get(hold))
            self.send(kind, hold, body)

    def run(self, rng, storm_at, give_up):
        """Until the connection breaks, or `give_up` is set while there is none."""
        self.rng, self.storm_at, self.broke = rng, storm_at, None
        self.connection = self.daemon.connection()
        try:
            while not give_up.is_set():
                try:
                    self.connection.connect()
                    break
                except OSError:
                    give_up.wait(0.002)
            self.repeat()
            while not give_up.is_set():
                self.act()
        except (OSError, http.client.HTTPException) as error:
            self.broke = time.monotonic(), error
        except Exception as error:  # a fault of the daemon or of this test, never to be lost
            self.oracle.fault(f"client {self.number}: {type(error).__name__}: {error}")
        finally:
            self.connection.close()


class Follower:
    """Long-polls all events, as a records system does: what was seen once may not change."""

    def __init__(self, daemon, oracle):
        self.daemon, self.oracle, self.after, self.broke = daemon, oracle, 0, None

    def run(self, give_up):
        self.broke = None
        connection = self.daemon.connection()
        try:
            while not give_up.is_set():
                path = f"/v1/events?after={self.after}&limit=1000&wait=1"
                events = harness.expect(200, harness.ask(connection, "GET", path))["events"]
                self.oracle.observe(events)
                if events:
                    self.after = events[-1]["seq"]
        except (OSError, http.client.HTTPException) as error:
            self.broke = time.monotonic(), error
        except Exception as error:
            self.oracle.fault(f"follower: {type(error).__name__}: {error}")
        finally:
            connection.close()


# ---- killing -------------------------------------------------------------------------------------

class Crash:
    """One run of the whole test."""

    MOMENTS = {"in traffic": 60, "while starting": 18, "as a timer fires": 14,
               "in a storm of timers": 8}

    def __init__(self, kills, seed, clients=6, keep=None):
        self.kills, self.seed = kills, seed
        self.rng = random.Random(f"{seed}")
        self.daemon = harness.Daemon(facilities=FACILITIES, ready=False, dir=keep)
        self.oracle = Oracle(RULES, slack_s=harness.patience(3))
        self.clients = [Client(number + 1, self.daemon, self.oracle) for number in range(clients)]
        for client in self.clients:
            client.others = [other for other in self.clients if other is not client] or [client]
        self.follower = Follower(self.daemon, self.oracle)
        self.moments = collections.Counter()
        self.start_s = 0.05
        self.traffic_s = TRAFFIC_S * min(2, harness.SLOWNESS)
        self.threads = []

    # -- the daemon --

    def spawn(self):
        self.oracle.runs.append(Run(now_us()))
        self.daemon.start()

    def wait_ready(self):
        run = self.oracle.runs[-1]
        self.daemon.wait_ready(60)
        run.ready_us = now_us()
        self.start_s = (run.ready_us - run.spawned_us) / US_PER_S

    def kill(self):
        """Kills; a daemon that was dead before, or a client that it left alone, is a fault."""
        killed = time.monotonic()
        status = self.daemon.kill()
        self.give_up.set()
        self.oracle.runs[-1].ended_us = now_us()
        self.join()
        if status != -9:
            self.oracle.fault(f"ended by itself with status {status}: {self.last_words()}")
        for client in [*self.clients, self.follower]:
            if client.broke and client.broke[0] < killed - 0.001 and self.oracle.runs[-1].ready_us:
                self.oracle.fault(f"a connection broke before the kill: {client.broke[1]!r}")

    def last_words(self):
        return self.daemon.stderr()[-2000:]

    # -- traffic --

    def begin_traffic(self, cycle, storm_at=None):
        self.give_up = threading.Event()
        for client in self.clients:
            client.dues.clear()
            client.broke = None
        self.follower.broke = None
        self.threads = [
            threading.Thread(target=client.run, daemon=True, args=(
                random.Random(f"{self.seed}/{cycle}/{client.number}"), storm_at, self.give_up))
            for client in self.clients]
        if self.oracle.runs[-1].ready_us:
            self.threads.append(
                threading.Thread(target=self.follower.run, args=(self.give_up,), daemon=True))
        for thread in self.threads:
            thread.start()

    def join(self):
        for thread in self.threads:
            thread.join(harness.patience(30))
            if thread.is_alive():
                raise AssertionError("a client still waits for an answer from a dead daemon")
        self.threads = []

    # -- one kill --

    def cycle(self, number):
        moment = self.rng.choices(list(self.MOMENTS), list(self.MOMENTS.values()))[0]
        fraction = self.rng.random()
        self.moments[moment] += 1
        self.spawn()
        if moment == "while starting":
            # Clients knock from the first moment on, so that the first commands are hit too.
            self.begin_traffic(number)
            time.sleep(fraction * 1.3 * self.start_s)
        else:
            self.wait_ready()
            getattr(self, "until_" + moment.replace(" ", "_"))(number, fraction)
        self.kill()
        if self.rng.random() < LONG_DOWN:
            time.sleep(LONG_DOWN_S)

    def until_in_traffic(self, number, fraction):
        self.begin_traffic(number)
        time.sleep(fraction * self.traffic_s)

    def until_as_a_timer_fires(self, number, fraction):
        """From a millisecond before the next known instant to four after it."""
        self.begin_traffic(number)
        time.sleep(self.traffic_s / 2)
        ahead = [due for due in self.dues_ahead() if due < now_us() + 400_000]
        if ahead:
            time.sleep(max(0, min(ahead) - now_us() - 1000 + fraction * 5000) / US_PER_S)

    def dues_ahead(self):
        return [due for client in self.clients for due in list(client.dues)
                if due > now_us() + 3000]

    def until_in_a_storm_of_timers(self, number, fraction):
        """Every clock started in this cycle runs out in the same instant."""
        storm_at = now_us() + int(1.5 * self.traffic_s * US_PER_S)
        self.begin_traffic(number, storm_at)
        time.sleep((max(0, storm_at - now_us()) + fraction * 15_000) / US_PER_S)

    # -- the end --

    def read_history(self):
        """Feeds the oracle what is new."""
        for events in read_history(self.get, self.oracle.last_seq):
            self.oracle.replay(events)

    def get(self, path):
        return harness.expect(200, self.daemon.get(path))

    def wait_for_timers(self):
        """Until everything armed for the next moments has fired, but no longer than it may take."""
        horizon_us = now_us() + int(harness.patience(FIRE_WITHIN_S) * US_PER_S)
        give_up = time.monotonic() + harness.patience(FIRE_WITHIN_S + 10)
        self.read_history()
        while self.oracle.due_within(horizon_us) and time.monotonic() < give_up:
            path = f"/v1/events?after={self.oracle.last_seq}&limit=1000&wait=2"
            self.oracle.replay(self.get(path)["events"])
        return horizon_us

    def list_holds(self):
        holds, query = [], ""
        while True:
            page = self.get(f"/v1/holds?limit=1000{query}")
            holds += page["holds"]
            if page["next_cursor"] is None:
                return holds
            query = f"&cursor={page['next_cursor']}"

    def check_own_histories(self):
        """The history of one hold is that part of the whole."""
        holds = sorted(self.oracle.holds)
        for number in self.rng.sample(holds, min(20, len(holds))):
            events, rev = self.daemon.events(number), self.oracle.holds[number].rev
            self.oracle.observe(events)
            if len(events) != rev:
                self.oracle.fault(f"hold {number} tells {len(events)} of {rev} events")

    def check_file(self):
        database = sqlite3.connect(f"file:{self.daemon.database}?mode=ro", uri=True)
        try:
            found = [row[0] for row in database.execute("PRAGMA integrity_check")]
            found += [f"foreign key: {row}" for row in database.execute("PRAGMA foreign_key_check")]
        finally:
            database.close()
        if found != ["ok"]:
            self.oracle.fault(f"integrity_check: {found[:10]}")

    def repeat_all(self):
        """From here on no command with a key is in doubt."""
        for client in self.clients:
            client.connection = self.daemon.connection()
            client.repeat()
            client.connection.close()

    def finish(self):
        self.spawn()
        self.wait_ready()
        self.repeat_all()
        horizon_us = self.wait_for_timers()
        self.check_own_histories()
        faults = self.oracle.conclude(self.list_holds(), horizon_us)
        status = self.daemon.stop()
        if status != 0:
            self.oracle.fault(f"stopped with status {status}: {self.last_words()}")
        self.check_file()
        return faults

    def run(self):
        """Returns the faults."""
        with self.daemon:
            self.kill_first_start()
            for number in range(self.kills - 1):
                self.cycle(number)
                if self.oracle.faults:
                    break
            faults = self.finish()
        return faults

    def kill_first_start(self):
        """The very first start, which makes the file; the context manager has begun it."""
        self.oracle.runs.append(Run(now_us()))
        self.give_up = threading.Event()
        self.moments["while starting"] += 1
        time.sleep(self.rng.random() * self.start_s)
        self.kill()

    def summary(self):
        moments = ", ".join(f"{count} {moment}" for moment, count in sorted(self.moments.items()))
        repeated = sum(client.repeated for client in self.clients)
        replayed = sum(client.replayed for client in self.clients)
        return (f"{sum(self.moments.values())} kills ({moments}); {self.oracle.summary()}; "
                f"{repeated} commands sent again, {replayed} of them had reached the ledger before")


def run(kills, seed, **options):
    """Prints as it goes; returns the faults."""
    print(f"crash test: {kills} kills, seed {seed}", flush=True)
    crash = Crash(kills, seed, **options)
    began = time.monotonic()
    faults = crash.run()
    print(f"{crash.summary()}; {time.monotonic() - began:.1f} s", flush=True)
    for fault in faults[:20]:
        print(f"FAULT: {fault}", flush=True)
    if faults:
        print(f"{len(faults)} faults; repeat with --kills {kills} --seed {seed}", flush=True)
    return faults


class CrashTest(unittest.TestCase):
    def test_killed_at_random_moments(self):
        kills = int(os.environ.get("DETAINERD_TEST_KILLS", "200"))
        seed = os.environ.get("DETAINERD_TEST_SEED") or random.randrange(1_000_000)
        self.assertEqual(run(kills, seed)[:5], [])


# ---- the oracle itself ---------------------------------------------------------------------------

class OracleTest(unittest.TestCase):
    """A judge that never finds a fault proves nothing: each of these forgeries must be noticed."""

    @classmethod
    def setUpClass(cls):
        """A few holds, and all that time does to them."""
        cls.oracle = Oracle(RULES)
        with harness.Daemon(facilities=FACILITIES) as daemon:
            client = Client(1, daemon, cls.oracle)
            client.rng = random.Random("forgery")
            client.connection = daemon.connection()
            for hold in (1, 2, 3):
                cls.request(client, "request", None, {"booking": f"B-{hold}", "facility": "HONOR"})
                cls.request(client, "note", hold, {"text": client.word()})
                cls.request(client, "start", hold, {"eligible_at": format_us(client.soon())})
            cls.request(client, "schedule", 1, {"pickup_at": format_us(client.stamp() + 50_000)})
            cls.request(client, "cancel", 2, {"reason": client.word()})
            client.send("serve", 1, {"at": format_us(client.stamp())})  # refused
            client.connection.close()
            daemon.wait_event("transfer.missed", 1)
            for hold in (1, 3):  # all that will ever fall due, so that nothing is missing later
                daemon.wait_event("hold.expired", hold)
            cls.events = daemon.events()
            cls.holds = [daemon.hold(hold) for hold in (1, 2, 3)]

    @staticmethod
    def request(client, kind, hold, body):
        if kind == "request":
            body["received_at"] = format_us(client.stamp())
        client.send(kind, hold, body)

    def faults(self, forge=lambda events, holds, commands: None):
        """What the oracle says to the history once `forge` has had its hands on it."""
        events, holds = copy.deepcopy(self.events), copy.deepcopy(self.holds)
        commands = [dataclasses.replace(command, seqs=[]) for command in self.oracle.commands]
        forge(events, holds, commands)
        judge = Oracle(RULES)
        judge.commands = commands
        judge.replay(events)
        return judge.conclude(holds, now_us())

    def find(self, events, kind):
        return next(event for event in events if event["kind"] == kind)

    def renumber(self, events):
        """Leaves no trace of what was taken out or put in, but for its absence or presence."""
        revs = collections.Counter()
        for seq, event in enumerate(events, 1):
            revs[event["hold"]] += 1
            event.update(seq=seq, rev=revs[event["hold"]])

    def drop(self, kind):
        def forge(events, holds, _):
            event = self.find(events, kind)
            events.remove(event)
            self.renumber(events)
            for hold in holds:
                hold["rev"] -= hold["id"] == event["hold"]
                hold["last_seq"] = max(e["seq"] for e in events if e["hold"] == hold["id"])
        return forge

    def double(self, kind):
        def forge(events, *_):
            event = self.find(events, kind)
            events.insert(events.index(event), dict(event))
            self.renumber(events)
        return forge

    def change(self, kind, **members):
        return lambda events, *_: self.find(events, kind).update(members)

    def test_true_history(self):
        self.assertEqual(self.faults(), [])

    def test_forgeries(self):
        later = format_us(now_us())
        forgeries = {
            "gap": lambda events, *_: events.remove(self.find(events, "hold.noted")),
            "lost": self.drop("hold.noted"),
            "twice": self.double("hold.noted"),
            "never asked for": lambda events, _, commands: commands.remove(
                next(command for command in commands if command.kind == "note")),
            "refused": lambda events, _, commands: vars(commands[0]).update(
                fate="refused", problem={"kind": "malformed-json"}),
            "warning dropped": self.drop("hold.warning"),
            "warning twice": self.double("hold.warning"),
            "expiry dropped": self.drop("hold.expired"),
            "due dropped": self.drop("transfer.due"),
            "missed twice": self.double("transfer.missed"),
            "fired early": self.change("transfer.due", recorded_at="2020-01-01T00:00:00Z"),
            "another deadline": self.change("hold.started", deadline_at=later),
            "another text": self.change("hold.noted", text="nothing"),
            "another state": self.change("hold.noted", state="held"),
            "another end": lambda _, holds, __: holds[2].update(authority_ended_at=later),
            "a hold hidden": lambda _, holds, __: holds.pop(),
            "another revision": lambda _, holds, __: holds[0].update(rev=99),
        }
        for name, forge in forgeries.items():
            with self.subTest(name):
                self.assertNotEqual(self.faults(forge), [])


def main():
    parser = argparse.ArgumentParser(description="Kills detainerd, and checks what is left.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", default=str(random.randrange(1_000_000)))
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--keep", metavar="DIR", help="work in this directory and leave it behind")
    options = parser.parse_args()
    return 1 if run(options.kills, options.seed, clients=options.clients, keep=options.keep) else 0


if __name__ == "__main__":
    sys.exit(main())
