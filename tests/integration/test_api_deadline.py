# SPDX-License-Identifier: ISC
"""A deadline explained: both readings, the one that binds, and that the spans add up."""

import datetime
import unittest
from urllib.parse import urlencode

import harness
from harness import DaemonCase, ago, parse_rfc3339

JAILS = """
rule "day" { hours = 24 }
rule "receipt" { start = "received" }
rule "closed-fridays" { exclude = {"weekends", "us-federal"} hours = 8 }
facility "LA" { zone = "America/Los_Angeles" policy = "always-honor" }
facility "REG" { zone = "America/Los_Angeles" policy = "always-honor" rule = "regulatory" }
facility "DAY" { zone = "America/Los_Angeles" policy = "always-honor" rule = "day" }
facility "RECEIPT" { zone = "America/New_York" policy = "always-honor" rule = "receipt" }
facility "SHORT" { zone = "Pacific/Honolulu" policy = "always-honor" rule = "closed-fridays" }
"""
HOUR_US = 3_600_000_000


class Deadline(DaemonCase):
    daemon_options = {"facilities": JAILS}

    def ask(self, **parameters):
        return self.daemon.get("/v1/deadline?" + urlencode(parameters))

    def explain(self, facility, eligible_at, **parameters):
        return harness.expect(200, self.ask(facility=facility, eligible_at=eligible_at, **parameters))

    def check_sum(self, reading):
        """Spans follow each other from the start to the deadline, and the counted ones are the limit."""
        at = reading["starts_at"]
        counted = excluded = 0
        for span in reading["spans"]:
            self.assertEqual(span["from"], at)
            length = (parse_rfc3339(span["to"]) - parse_rfc3339(span["from"])) // datetime.timedelta(microseconds=1)
            self.assertEqual(span["length_us"], length)
            self.assertEqual(span["counted"], span["why"] is None)
            counted += length if span["counted"] else 0
            excluded += 0 if span["counted"] else length
            at = span["to"]
        self.assertEqual(at, reading["deadline_at"])
        self.assertEqual((counted, excluded), (reading["counted_us"], reading["excluded_us"]))
        self.assertEqual(counted, reading["limit_h"] * HOUR_US)

    def test_both_readings_over_thanksgiving(self):
        told = self.explain("LA", "2026-11-25T12:00:00-08:00")
        self.assertEqual((told["rule"], told["deadline_at"]), ("consecutive", "2026-11-27T20:00:00Z"))
        consecutive, regulatory = told["readings"]
        self.assertEqual((consecutive["rule"], consecutive["binding"]), ("consecutive", True))
        self.assertEqual((regulatory["rule"], regulatory["binding"]), ("regulatory", False))
        self.assertEqual(regulatory["deadline_at"], "2026-11-30T20:00:00Z")
        self.assertEqual([(s["date"], s["weekday"], s["why"]) for s in regulatory["spans"]], [
            ("2026-11-25", "Wednesday", None), ("2026-11-26", "Thursday", "Thanksgiving Day"),
            ("2026-11-27", "Friday", None), ("2026-11-28", "Saturday", "Saturday"),
            ("2026-11-29", "Sunday", "Sunday"), ("2026-11-30", "Monday", None)])
        for reading in told["readings"]:
            self.check_sum(reading)

    def test_days_on_which_clocks_change_have_their_true_length(self):
        told = self.explain("LA", "2026-03-06T12:00:00-08:00")
        sunday = [s for s in told["readings"][1]["spans"] if s["weekday"] == "Sunday"]
        self.assertEqual([s["length_us"] for s in sunday], [23 * HOUR_US])
        told = self.explain("LA", "2026-10-31T12:00:00-07:00")
        sunday = [s for s in told["readings"][0]["spans"] if s["weekday"] == "Sunday"]
        self.assertEqual([s["length_us"] for s in sunday], [25 * HOUR_US])

    def test_the_facilitys_rule_binds(self):
        told = self.explain("REG", "2026-10-17T12:00:00-07:00")
        self.assertEqual((told["rule"], told["deadline_at"]), ("regulatory", "2026-10-21T07:00:00Z"))
        self.assertEqual([r["binding"] for r in told["readings"]], [False, True])

    def test_a_rule_of_the_countys_own_is_a_third_reading(self):
        told = self.explain("DAY", "2026-10-05T12:00:00-07:00")
        self.assertEqual([r["rule"] for r in told["readings"]], ["consecutive", "regulatory", "day"])
        self.assertEqual([r["binding"] for r in told["readings"]], [False, False, True])
        self.assertEqual(told["deadline_at"], "2026-10-06T19:00:00Z")
        told = self.explain("SHORT", "2026-10-16T20:00:00-10:00")
        self.assertEqual(told["readings"][2]["calendars"], ["us-federal"])
        self.assertEqual(told["deadline_at"], "2026-10-19T14:00:00Z")  # 4 h on Friday, 4 h on Monday
        for reading in told["readings"]:
            self.check_sum(reading)

    def test_hours_from_receipt(self):
        told = self.explain("RECEIPT", "2026-10-07T12:00:00-04:00", received_at="2026-10-06T12:00:00-04:00")
        self.assertEqual(told["readings"][2]["starts_at"], "2026-10-06T16:00:00Z")
        self.assertEqual(told["deadline_at"], "2026-10-08T16:00:00Z")
        late = self.explain("RECEIPT", "2026-10-07T12:00:00-04:00", received_at="2026-10-08T12:00:00-04:00")
        self.assertEqual(late["deadline_at"], "2026-10-09T16:00:00Z")  # from eligible, not later
        old = self.explain("RECEIPT", "2026-10-07T12:00:00-04:00", received_at="2026-10-01T12:00:00-04:00")
        self.assertEqual(old["deadline_at"], "2026-10-07T16:00:00Z")  # authority was gone already

    def test_what_is_asked_wrongly(self):
        at = "2026-10-05T12:00:00Z"
        cases = [
            ({}, 400, "invalid-parameter", "facility"),
            ({"facility": "LA"}, 400, "invalid-parameter", "eligible_at"),
            ({"facility": "NOWHERE", "eligible_at": at}, 422, "unknown-facility", "facility"),
            ({"facility": "LA", "eligible_at": "2026-10-05T12:00:00"}, 400, "invalid-parameter", "eligible_at"),
            ({"facility": "LA", "eligible_at": at, "received_at": "today"}, 400, "invalid-parameter",
             "received_at"),
            ({"facility": "LA", "eligible_at": at, "served_at": "x"}, 400, "invalid-parameter", "served_at"),
            ({"facility": "LA", "eligible_at": "1969-12-31T23:59:59Z"}, 400, "invalid-parameter",
             "eligible_at"),
            ({"facility": "LA", "eligible_at": "2200-01-02T00:00:00Z"}, 400, "invalid-parameter",
             "eligible_at"),
            ({"facility": "LA", "eligible_at": at, "hours": "49"}, 400, "unknown-parameter", "hours"),
        ]
        for parameters, status, kind, field in cases:
            with self.subTest(parameters):
                self.assertProblem(self.ask(**parameters), status, kind, field)

    def test_a_hold_has_what_was_foretold(self):
        for facility in ("LA", "REG", "DAY", "RECEIPT", "SHORT"):
            with self.subTest(facility):
                eligible_at = ago(hours=1)
                received_at = ago(hours=2)
                hold = self.daemon.create(self.booking(), facility, received_at=received_at)
                held = self.daemon.command(hold["id"], "start", eligible_at=eligible_at)
                told = self.explain(facility, eligible_at, received_at=received_at)
                self.assertEqual((held["rule"], held["deadline_at"]), (told["rule"], told["deadline_at"]))
                self.assertEqual(held["consecutive_deadline_at"], told["readings"][0]["deadline_at"])
                self.assertEqual(held["regulatory_deadline_at"], told["readings"][1]["deadline_at"])
                started, = [e for e in self.daemon.events(hold["id"]) if e["kind"] == "hold.started"]
                for member in ("rule", "deadline_at", "consecutive_deadline_at", "regulatory_deadline_at"):
                    self.assertEqual(started[member], held[member])

    def test_the_borders_of_the_years_that_calendars_know(self):
        for eligible_at, status in (("1969-12-31T23:59:59.999999Z", 400), ("1970-01-01T00:00:00Z", 200),
                                    ("2199-12-31T23:59:59.999999Z", 200), ("2200-01-01T00:00:00Z", 400)):
            with self.subTest(eligible_at):
                answer = self.daemon.get(f"/v1/deadline?facility=LA&eligible_at={eligible_at}")
                self.assertEqual(answer.status, status, answer.text)

    def test_the_far_past_is_no_trouble(self):
        for eligible_at in ("0001-01-01T00:00:00Z", "1883-11-18T12:00:00Z", "1901-12-13T20:45:52Z"):
            hold = self.daemon.create(self.booking(), "REG")
            held = self.daemon.command(hold["id"], "start", eligible_at=eligible_at)
            self.assertEqual(held["state"], "expired")


class Inheritance(DaemonCase):
    """A second detainer on a booking never gets a clock of its own."""

    daemon_options = {"facilities": JAILS}

    def test_an_open_hold_on_the_booking_is_replaced(self):
        booking = self.booking()
        first = self.daemon.create(booking, "LA")
        self.assertIsNone(first["replaces"])
        second = self.daemon.create(booking, "LA")
        self.assertEqual(second["replaces"], first["id"])
        self.assertEqual(self.daemon.events(second["id"])[0]["replaces"], first["id"])
        held = self.daemon.command(first["id"], "start", eligible_at=ago(hours=30))
        later = self.daemon.command(second["id"], "start", eligible_at=ago(hours=1))
        self.assertEqual((later["first_hold"], later["deadline_at"]), (first["id"], held["deadline_at"]))

    def test_a_paper_on_another_booking_is_replaced_by_name(self):
        first = self.daemon.create(self.booking(), "LA")
        held = self.daemon.command(first["id"], "start", eligible_at=ago(hours=40))
        second = self.daemon.create(self.booking(), "REG", replaces=first["id"])
        again = self.daemon.command(second["id"], "start", eligible_at=ago(hours=1))
        self.assertEqual(again["deadline_at"], held["deadline_at"])
        self.assertEqual(again["first_hold"], first["id"])

    def test_naming_another_paper_does_not_pass_over_the_one_on_the_booking(self):
        booking = self.booking()
        first = self.daemon.create(booking, "RECEIPT", received_at=ago(hours=20))
        other = self.daemon.create(self.booking(), "RECEIPT")
        second = self.daemon.create(booking, "RECEIPT", replaces=other["id"])
        held = self.daemon.command(second["id"], "start")
        held_first = self.daemon.command(first["id"], "start")
        self.assertEqual(held["deadline_at"], held_first["deadline_at"])

    def test_the_clock_of_what_was_on_another_booking_before_is_inherited(self):
        """The paper that is named need not be the one whose clock ran there."""
        booking = self.booking()
        ran = self.daemon.create(booking, "LA")
        held = self.daemon.command(ran["id"], "start", eligible_at=ago(hours=40))
        self.daemon.command(ran["id"], "close", reason="other")
        lodged = self.daemon.create(booking, "LA")
        again = self.daemon.create(self.booking(), "LA", replaces=lodged["id"])
        self.assertEqual(self.daemon.command(again["id"], "start")["deadline_at"], held["deadline_at"])

    def test_receipt_counts_from_the_first_paper_although_it_was_cancelled(self):
        booking = self.booking()
        first = self.daemon.create(booking, "RECEIPT", received_at=ago(hours=47))
        second = self.daemon.create(booking, "RECEIPT", received_at=ago(hours=1))
        self.daemon.command(first["id"], "cancel", lift_code="L")
        held = self.daemon.command(second["id"], "start", eligible_at=ago(hours=1))
        left = parse_rfc3339(held["deadline_at"]) - harness.now()
        self.assertTrue(datetime.timedelta(0) < left <= datetime.timedelta(hours=1), left)

    def test_a_hold_that_is_not_there_cannot_be_replaced(self):
        for value, status, kind in ((999999, 422, "unknown-hold"), (0, 400, "invalid-value"),
                                    (-1, 400, "invalid-value"), ("1", 400, "wrong-type"),
                                    (1.5, 400, "wrong-type"), (2**53, 400, "invalid-value")):
            with self.subTest(value):
                answer = self.daemon.post("/v1/holds", {"booking": self.booking(), "facility": "LA",
                                                        "replaces": value})
                self.assertProblem(answer, status, kind, "replaces")


if __name__ == "__main__":
    unittest.main()
