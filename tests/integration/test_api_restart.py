# SPDX-License-Identifier: ISC
"""What was acknowledged is still there after a stop or a crash, to the byte; what fell due in between
fires before the daemon is ready."""

import datetime
import http.client
import threading
import unittest

import harness
from harness import Daemon, ago, ahead, parse_rfc3339


class Durable(unittest.TestCase):
    def life(self, daemon):
        """Holds in many states, and all that can be read of them."""
        for i in range(5):
            hold = daemon.create(f"A-{i}", received_at=ago(hours=90), ice_office="Tacoma")["id"]
            daemon.command(hold, "note", text=f"note {i}")
            daemon.command(hold, "start", eligible_at=ago(hours=40 + 2 * i))
        daemon.command(1, "release")
        daemon.command(2, "schedule", pickup_at=ahead(hours=20))
        daemon.create("R", "REVIEW")
        daemon.create("D", "DECLINE")
        daemon.wait_event("hold.warning", 4)

    def everything(self, daemon):
        """All that does not change with the time of day."""
        holds = daemon.get("/v1/holds?limit=1000").json["holds"]
        for hold in holds:
            del hold["remaining_us"], hold["overdue_us"]
        etags = [daemon.get(f"/v1/holds/{hold['id']}").headers["ETag"] for hold in holds]
        return holds, etags, daemon.get("/v1/events?limit=1000").text

    def test_orderly_stop(self):
        with Daemon() as daemon:
            self.life(daemon)
            before = self.everything(daemon)
            daemon.restart()
            self.assertEqual(self.everything(daemon), before)

    def test_kill(self):
        with Daemon() as daemon:
            self.life(daemon)
            before = self.everything(daemon)
            daemon.kill()
            daemon.restart()
            self.assertEqual(self.everything(daemon), before)

    def test_ids_and_seqs_go_on(self):
        with Daemon() as daemon:
            first = daemon.create("A")
            daemon.kill()
            daemon.restart()
            second = daemon.create("A")
            self.assertGreater(second["id"], first["id"])
            self.assertEqual(second["last_seq"], first["last_seq"] + 1)

    def test_every_acknowledged_command_of_many_clients(self):
        acknowledged = []

        def write(daemon, name):
            connection = daemon.connection()
            try:
                while True:
                    answer = harness.ask(connection, "POST", "/v1/holds",
                                         {"booking": name, "facility": "PIERCE"})
                    if answer.status == 201:
                        acknowledged.append(answer.json)
            except (OSError, http.client.HTTPException):
                connection.close()

        with Daemon() as daemon:
            writers = [threading.Thread(target=write, args=(daemon, f"W-{i}")) for i in range(8)]
            for writer in writers:
                writer.start()
            harness.wait_until(lambda: len(acknowledged) > 300, what="300 acknowledged requests")
            daemon.kill()
            for writer in writers:
                writer.join()
            daemon.restart()
            events = daemon.events()
            self.assertEqual([event["seq"] for event in events], list(range(1, len(events) + 1)))
            kept = {event["hold"]: event["booking"] for event in events}
            self.assertEqual([hold["id"] for hold in acknowledged
                              if kept.get(hold["id"]) != hold["booking"]], [])


class Late(unittest.TestCase):
    def down_past(self, daemon, instant):
        """Stops the daemon and leaves it down until 1.5 s past an instant."""
        daemon.stop()
        harness.wait_until(lambda: (harness.now() - parse_rfc3339(instant)).total_seconds() > 1.5,
                           what=f"the time after {instant}")

    def test_expiry_while_down(self):
        with Daemon() as daemon:
            hold = daemon.create("A", received_at=ago(hours=60))["id"]
            hold = daemon.command(hold, "start",
                                  eligible_at=ago(hours=47, minutes=59, seconds=58.5))
            self.assertEqual(hold["state"], "held")
            self.down_past(daemon, hold["deadline_at"])
            before = harness.now()
            daemon.start()
            event = daemon.events()[-1]
            self.assertEqual((event["kind"], event["hold"]), ("hold.expired", hold["id"]))
            self.assertEqual((event["due_at"], event["at"]), (hold["deadline_at"],) * 2)
            self.assertIs(event["late"], True)
            lateness = parse_rfc3339(event["recorded_at"]) - parse_rfc3339(event["due_at"])
            self.assertEqual(event["late_us"], round(lateness.total_seconds() * 1e6))
            self.assertGreater(event["late_us"], 1_500_000)
            self.assertGreaterEqual(parse_rfc3339(event["recorded_at"]), before)

    def test_ready_comes_after_it(self):
        """The database holds the late events at the moment READY=1 is sent."""
        with Daemon() as daemon:
            for i in range(20):
                hold = daemon.create(f"A-{i}", received_at=ago(hours=60))["id"]
                hold = daemon.command(hold, "start",
                                      eligible_at=ago(hours=47, minutes=59, seconds=57))
            self.down_past(daemon, hold["deadline_at"])
            daemon.start()
            daemon.kill()
            database = daemon.sqlite()
            self.addCleanup(database.close)
            query = "SELECT count(*) FROM event WHERE kind = 'hold.expired'"
            self.assertEqual(database.execute(query).fetchone(), (20,))

    def test_only_once(self):
        with Daemon() as daemon:
            hold = daemon.create("A", received_at=ago(hours=60))["id"]
            hold = daemon.command(hold, "start", eligible_at=ago(hours=47, minutes=59, seconds=59))
            self.down_past(daemon, hold["deadline_at"])
            for _ in range(3):
                daemon.start()
                kinds = [event["kind"] for event in daemon.events()]
                self.assertEqual(kinds.count("hold.expired"), 1)
                daemon.kill()

    def test_missed_pickup_while_down(self):
        facilities = 'facility "F" { zone = "UTC" policy = "always-honor" transfer_grace = "1s" }\n'
        with Daemon(facilities=facilities) as daemon:
            hold = daemon.create("A", "F", received_at=ago(hours=60))["id"]
            pickup = ahead(seconds=0.5)
            daemon.command(hold, "start")
            daemon.command(hold, "schedule", pickup_at=pickup)
            self.down_past(daemon, harness.rfc3339(
                parse_rfc3339(pickup) + datetime.timedelta(seconds=1)))
            daemon.start()
            due, missed = daemon.events()[-2:]
            self.assertEqual((due["kind"], missed["kind"]), ("transfer.due", "transfer.missed"))
            self.assertIs(missed["late"], True)


class Reconfigured(unittest.TestCase):
    def test_facility_that_left_the_configuration(self):
        """Clocks that run there still count and end; but nobody is held anew by a rule that is not there."""
        with Daemon() as daemon:
            lodged = daemon.create("A", received_at=ago(hours=60))["id"]
            held = daemon.create("B", received_at=ago(hours=60))["id"]
            daemon.command(held, "start", eligible_at=ago(hours=10))
            ending = daemon.create("D", received_at=ago(hours=60))["id"]
            daemon.command(ending, "start", eligible_at=ago(hours=47, minutes=59, seconds=57))
            daemon.stop()
            other = 'facility "OTHER" { zone = "UTC" policy = "always-decline" }\n'
            daemon.write_conf(facilities=other)
            daemon.start()
            self.assertEqual(daemon.hold(held)["state"], "held")
            started = daemon.command(lodged, "start")
            self.assertEqual((started["state"], started["policy"]), ("declined", "always-review"))
            daemon.wait_event("hold.expired", ending)
            self.assertEqual(daemon.command(held, "release")["state"], "released")
            answer = daemon.post("/v1/holds", {"booking": "C", "facility": "PIERCE"})
            self.assertEqual((answer.status, answer.json["kind"]), (422, "unknown-facility"))


if __name__ == "__main__":
    unittest.main()
