# SPDX-License-Identifier: ISC
"""What time does to a hold: warnings, expiry, scheduled transfers, and clocks that are inherited."""

import datetime
import unittest

import harness
from harness import DaemonCase, ago, ahead, parse_rfc3339

SECOND_US = 1_000_000
FACILITIES = harness.FACILITIES + """
facility "RUNGS" {
    zone = "UTC"
    policy = "always-honor"
    warnings = {"4h", "1h", "15min"}
    transfer_grace = "1s"
}
"""


class Clock(DaemonCase):
    daemon_options = {"facilities": FACILITIES}

    def started(self, facility="PIERCE", **length_ago):
        """A hold whose person has been release-eligible for that long."""
        hold = self.daemon.create(self.booking(), facility, received_at=ago(hours=100))["id"]
        return self.daemon.command(hold, "start", eligible_at=ago(**length_ago))

    def assertPrompt(self, event):
        """Fired by the clock itself, and soon after it was due."""
        self.assertEqual(event["actor"], "clock")
        lateness = parse_rfc3339(event["recorded_at"]) - parse_rfc3339(event["due_at"])
        self.assertGreaterEqual(lateness, datetime.timedelta(0), "fired before it was due")
        self.assertLess(lateness.total_seconds(), harness.patience(1))

    def test_expiry_happens(self):
        hold = self.started(hours=47, minutes=59, seconds=58)
        self.assertEqual(hold["state"], "held")
        event = self.daemon.wait_event("hold.expired", hold["id"])
        self.assertPrompt(event)
        self.assertEqual((event["at"], event["due_at"]), (hold["deadline_at"],) * 2)
        self.assertEqual((event["cause"], event["state"]), ("deadline", "expired"))
        self.assertGreaterEqual(harness.now(), parse_rfc3339(hold["deadline_at"]))

        after = self.daemon.hold(hold["id"])
        self.assertEqual((after["state"], after["authority_ended_at"]),
                         ("expired", hold["deadline_at"]))
        self.assertIsNone(after["remaining_us"])
        self.assertGreater(self.daemon.hold(hold["id"])["overdue_us"], after["overdue_us"])

    def test_release_after_expiry_counts_by_effective_time(self):
        hold = self.started(hours=50)
        self.assertEqual(hold["state"], "expired")
        out_at = ago(minutes=30)
        hold = self.daemon.command(hold["id"], "release", at=out_at)
        overdue = parse_rfc3339(out_at) - parse_rfc3339(hold["deadline_at"])
        self.assertEqual(hold["overdue_us"], overdue // datetime.timedelta(microseconds=1))
        self.assertEqual(self.daemon.events(hold["id"])[-1]["overdue_us"], hold["overdue_us"])
        self.assertEqual(self.daemon.hold(hold["id"])["overdue_us"], hold["overdue_us"])

    def test_transfer_recorded_late_was_in_time(self):
        hold = self.started(hours=50)
        hold = self.daemon.command(hold["id"], "transfer", at=ago(hours=3))
        self.assertEqual((hold["state"], hold["overdue_us"]), ("transferred", 0))

    def test_warning_at_its_rung(self):
        hold = self.started("RUNGS", hours=46, minutes=59, seconds=58)
        first = self.daemon.wait_event("hold.warning", hold["id"])
        self.assertEqual(first["rung_s"], 4 * 3600, "the rung already passed fires at once")
        second = self.daemon.wait_event("hold.warning", hold["id"], after=first["seq"])
        self.assertEqual(second["rung_s"], 3600)
        self.assertPrompt(second)
        length = parse_rfc3339(hold["deadline_at"]) - parse_rfc3339(second["due_at"])
        self.assertEqual(length.total_seconds(), 3600)
        self.assertNotIn("late", second)
        timer = self.daemon.hold(hold["id"])["next_timer"]
        self.assertEqual((timer["kind"], timer["rung_s"]), ("warning", 900))

    def test_of_the_rungs_already_passed_only_the_tightest_fires(self):
        hold = self.started(hours=47, minutes=50)
        event = self.daemon.wait_event("hold.warning", hold["id"])
        self.assertEqual(event["rung_s"], 900)
        self.daemon.command(hold["id"], "note", text="all that is due has fired before this")
        warnings = [e for e in self.daemon.events(hold["id"]) if e["kind"] == "hold.warning"]
        self.assertEqual(warnings, [event])
        timer = self.daemon.hold(hold["id"])["next_timer"]
        self.assertEqual((timer["kind"], timer["due_at"]), ("expiry", hold["deadline_at"]))

    def test_nothing_fires_after_release(self):
        hold = self.started(hours=47, minutes=59, seconds=58)
        self.daemon.command(hold["id"], "release")
        other = self.started(hours=47, minutes=59, seconds=58)
        self.daemon.wait_event("hold.expired", other["id"])
        kinds = [event["kind"] for event in self.daemon.events(hold["id"])]
        self.assertNotIn("hold.expired", kinds)

    def test_pickup_past_the_deadline_is_a_conflict(self):
        hold = self.started(hours=47)
        hold = self.daemon.command(hold["id"], "schedule", pickup_at=ahead(hours=2))
        self.assertIs(hold["transfer_conflict"], True)
        event = self.daemon.events(hold["id"])[-1]
        self.assertEqual((event["kind"], event["transfer_conflict"]), ("transfer.scheduled", True))
        hold = self.daemon.command(hold["id"], "schedule", pickup_at=ahead(minutes=30))
        self.assertIs(hold["transfer_conflict"], False)
        self.assertNotIn("transfer_conflict", self.daemon.events(hold["id"])[-1])

    def test_pickup_scheduled_before_the_clock_started(self):
        hold = self.daemon.create(self.booking(), received_at=ago(hours=60))["id"]
        scheduled = self.daemon.command(hold, "schedule", pickup_at=ahead(hours=5))
        self.assertIs(scheduled["transfer_conflict"], False)
        started = self.daemon.command(hold, "start", eligible_at=ago(hours=45))
        self.assertIs(started["transfer_conflict"], True)

    def test_pickup_is_due_and_missed(self):
        hold = self.started("RUNGS", hours=10)
        pickup = ahead(seconds=1)
        self.daemon.command(hold["id"], "schedule", pickup_at=pickup)
        due = self.daemon.wait_event("transfer.due", hold["id"])
        self.assertPrompt(due)
        self.assertEqual((due["due_at"], due["pickup_at"]), (pickup, pickup))
        missed = self.daemon.wait_event("transfer.missed", hold["id"])
        self.assertPrompt(missed)
        grace = parse_rfc3339(missed["due_at"]) - parse_rfc3339(pickup)
        self.assertEqual(grace.total_seconds(), 1)

    def test_a_new_pickup_replaces_the_old_one(self):
        hold = self.started("RUNGS", hours=10)
        self.daemon.command(hold["id"], "schedule", pickup_at=ahead(seconds=1))
        self.daemon.command(hold["id"], "schedule", pickup_at=ahead(hours=1))
        other = self.started("RUNGS", hours=10)
        self.daemon.command(other["id"], "schedule", pickup_at=ahead(seconds=1))
        self.daemon.wait_event("transfer.missed", other["id"])
        kinds = [event["kind"] for event in self.daemon.events(hold["id"])]
        self.assertNotIn("transfer.due", kinds)


class Inheritance(DaemonCase):
    def started(self, booking, hours_ago):
        hold = self.daemon.create(booking, received_at=ago(hours=90))["id"]
        return self.daemon.command(hold, "start", eligible_at=ago(hours=hours_ago))

    def assertInherited(self, second, first):
        self.assertEqual((second["eligible_at"], second["deadline_at"], second["first_hold"]),
                         (first["eligible_at"], first["deadline_at"], first["id"]))
        event = next(e for e in self.daemon.events(second["id"]) if e["kind"] == "hold.started")
        self.assertEqual((event["first_hold"], event["eligible_at"]),
                         (first["id"], first["eligible_at"]))

    def test_second_hold_on_the_booking(self):
        booking = self.booking()
        first = self.started(booking, 40)
        self.assertInherited(self.started(booking, 1), first)

    def test_after_the_first_was_ended(self):
        for end in ("release", "transfer"):
            booking = self.booking()
            first = self.started(booking, 40)
            self.daemon.command(first["id"], end)
            self.assertInherited(self.started(booking, 1), first)

    def test_after_the_first_was_cancelled(self):
        booking = self.booking()
        first = self.started(booking, 40)
        self.daemon.command(first["id"], "cancel")
        self.assertInherited(self.started(booking, 1), first)

    def test_replacement_past_the_first_deadline_expires_at_once(self):
        booking = self.booking()
        first = self.started(booking, 49)
        second = self.started(booking, 1)
        self.assertInherited(second, first)
        self.assertEqual(second["state"], "expired")

    def test_earlier_start_keeps_its_own(self):
        booking = self.booking()
        self.started(booking, 10)
        second = self.started(booking, 20)
        self.assertIsNone(second["first_hold"])

    def test_other_bookings_do_not_matter(self):
        self.started(self.booking(), 40)
        self.assertIsNone(self.started(self.booking(), 1)["first_hold"])


if __name__ == "__main__":
    unittest.main()
