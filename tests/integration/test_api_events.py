# SPDX-License-Identifier: ISC
"""History: complete, in order, and the same bytes wherever it is read."""

import json
import os
import sqlite3
import unittest

import harness
from harness import DaemonCase, ago, ahead, parse_rfc3339


def raw_events(text):
    """The raw text of each event in an answer, with nothing normalised."""
    decoder = json.JSONDecoder()
    place = text.index("[", text.index('"events"')) + 1
    events = []
    while text[place] != "]":
        _, end = decoder.raw_decode(text, place)
        events.append(text[place:end])
        place = end + (text[end] == ",")
    return events


class EventCase(DaemonCase):
    def newest(self):
        return self.daemon.get("/v1/events?limit=1").json["last_seq"]

    def some_life(self):
        """A hold with a history of several kinds."""
        hold = self.daemon.create(self.booking(), received_at=ago(hours=50))["id"]
        command = self.daemon.command
        command(hold, "serve")
        command(hold, "note", text="é \"quoted\" \u2028")
        command(hold, "schedule", pickup_at=ahead(hours=4))
        command(hold, "start", eligible_at=ago(hours=49), reason="bond_posted")
        command(hold, "release", reason="court")
        return hold


class History(EventCase):
    def test_one_hold(self):
        other = self.daemon.create(self.booking())["id"]
        hold = self.some_life()
        self.daemon.command(other, "start")
        events = self.daemon.events(hold)
        self.assertEqual([event["kind"] for event in events],
                         ["hold.lodged", "hold.served", "hold.noted", "transfer.scheduled",
                          "hold.started", "hold.expired", "hold.released"])
        self.assertEqual([event["rev"] for event in events], list(range(1, 8)))
        self.assertEqual({event["hold"] for event in events}, {hold})
        self.assertEqual(self.daemon.hold(hold)["last_seq"], events[-1]["seq"])

    def test_members(self):
        before = harness.now()
        booking = self.booking()
        hold = self.daemon.create(booking, received_at=ago(hours=1))
        event, = self.daemon.events(hold["id"])
        self.assertEqual(event["seq"], hold["last_seq"])
        expected = {"kind": "hold.lodged", "hold": hold["id"], "rev": 1, "booking": booking,
                    "facility": "PIERCE", "state": "lodged", "at": hold["received_at"],
                    "actor": f"uid:{os.getuid()}", "pid": os.getpid(), "decision": "honor",
                    "policy": "always-honor", "policy_version": "any", "policy_rule": "every detainer",
                    "policy_reason": "every detainer is honoured"}
        self.assertEqual({name: event.get(name) for name in expected}, expected)
        self.assertTrue(before <= parse_rfc3339(event["recorded_at"]) <= harness.now())
        self.assertEqual(set(event) - set(expected), {"seq", "recorded_at", "policy_hash"},
                         "members that have nothing to say are absent")

    def test_late_clerk(self):
        """A clerk who is late: when it happened and when it was recorded are both kept."""
        hold = self.daemon.create(self.booking(), received_at=ago(hours=30))["id"]
        eligible, served = ago(hours=20), ago(hours=25)
        before = harness.now()
        self.daemon.command(hold, "serve", at=served)
        self.daemon.command(hold, "start", eligible_at=eligible)
        serve, start = self.daemon.events(hold)[-2:]
        self.assertEqual((serve["at"], start["at"], start["eligible_at"]), (served, eligible, eligible))
        for event in (serve, start):
            self.assertTrue(before <= parse_rfc3339(event["recorded_at"]) <= harness.now())

    def test_started_past_its_deadline(self):
        hold = self.some_life()
        started, expired = self.daemon.events(hold)[-3:-1]
        self.assertEqual(expired["seq"], started["seq"] + 1)
        self.assertEqual(expired["recorded_at"], started["recorded_at"])
        self.assertEqual(expired["at"], started["deadline_at"])
        self.assertEqual(expired["due_at"], started["deadline_at"])
        self.assertIs(expired["late"], True)
        lateness = parse_rfc3339(expired["recorded_at"]) - parse_rfc3339(expired["due_at"])
        self.assertEqual(expired["late_us"], lateness.total_seconds() * 1e6)
        self.assertEqual((expired["cause"], expired["state"]), ("deadline", "expired"))


class Sequence(EventCase):
    def test_no_gaps(self):
        for _ in range(3):
            self.some_life()
            self.daemon.post("/v1/holds", {"booking": "x", "facility": "NOWHERE"})
            self.daemon.post("/v1/holds/1/decide", {"decision": "honor", "reason": "x"})
        events = self.daemon.events()
        self.assertEqual([event["seq"] for event in events], list(range(1, len(events) + 1)))
        self.assertEqual(self.newest(), len(events))

    def test_recorded_in_order(self):
        self.some_life()
        recorded = [parse_rfc3339(event["recorded_at"]) for event in self.daemon.events()]
        self.assertEqual(recorded, sorted(recorded))

    def test_same_bytes_everywhere(self):
        hold = self.some_life()
        first = self.daemon.events(hold)[0]["seq"]
        of_hold = raw_events(self.daemon.get(f"/v1/holds/{hold}/events").text)
        of_all = raw_events(self.daemon.get(f"/v1/events?after={first - 1}&limit=1000").text)
        self.assertEqual(of_hold, [raw for raw in of_all if json.loads(raw)["hold"] == hold])
        self.assertEqual(of_hold, raw_events(self.daemon.get(f"/v1/holds/{hold}/events").text))

    def test_stored_as_served(self):
        hold = self.some_life()
        served = raw_events(self.daemon.get(f"/v1/holds/{hold}/events").text)
        database = self.daemon.sqlite()
        self.addCleanup(database.close)
        texts = {value for row in database.execute("SELECT * FROM event") for value in row
                 if isinstance(value, str)}
        self.assertEqual([raw for raw in served if raw not in texts], [])

    def test_after_and_limit(self):
        hold = self.some_life()
        seqs = [event["seq"] for event in self.daemon.events(hold)]
        for path in ("/v1/events", f"/v1/holds/{hold}/events"):
            with self.subTest(path):
                answer = self.daemon.get(f"{path}?after={seqs[1]}&limit=2").json
                self.assertEqual([event["seq"] for event in answer["events"]], seqs[2:4])
                answer = self.daemon.get(f"{path}?after={self.newest()}").json
                self.assertEqual(answer["events"], [])
                answer = self.daemon.get(f"{path}?after=999999999999999999").json
                self.assertEqual(answer["events"], [])

    def test_last_seq_is_the_newest_there_is(self):
        self.some_life()
        answer = self.daemon.get("/v1/events?limit=1").json
        self.assertEqual(len(answer["events"]), 1)
        self.assertEqual(answer["last_seq"], self.daemon.events()[-1]["seq"])

    def test_default_limit(self):
        hold = self.daemon.create(self.booking())["id"]
        for i in range(104):
            self.daemon.command(hold, "note", text=f"{i}")
        for path in ("/v1/events", f"/v1/holds/{hold}/events"):
            self.assertEqual(len(self.daemon.get(path).json["events"]), 100)

    def test_parameters(self):
        hold = self.daemon.create(self.booking())["id"]
        for path in ("/v1/events", f"/v1/holds/{hold}/events"):
            for query, field in (("after=-1", "after"), ("after=x", "after"), ("after=", "after"),
                                 ("after=1&after=1", "after"), ("after=9223372036854775808", "after"),
                                 ("limit=0", "limit"), ("limit=1001", "limit"), ("limit=ten", "limit")):
                with self.subTest(f"{path}?{query}"):
                    answer = self.daemon.get(f"{path}?{query}")
                    self.assertProblem(answer, 400, "invalid-parameter", field)

    def test_nobody_can_rewrite_it(self):
        """The database itself refuses to change or drop an event."""
        with harness.Daemon() as daemon:
            daemon.create("B")
            daemon.stop()
            database = sqlite3.connect(daemon.database)
            self.addCleanup(database.close)
            for statement in ("UPDATE event SET seq = seq + 1", "DELETE FROM event"):
                with self.assertRaises(sqlite3.DatabaseError):
                    database.execute(statement)


if __name__ == "__main__":
    unittest.main()
