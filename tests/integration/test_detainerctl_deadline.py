# SPDX-License-Identifier: ISC
"""detainerctl deadline, against a daemon that answers what the test says."""

import json
import unittest

from ctl_case import REFUSED, CtlCase, FakeDaemonCase

HOUR_US = 3_600_000_000


def span(begin, end, date, weekday, hours, why=None):
    return {"from": begin, "to": end, "date": date, "weekday": weekday, "length_us": int(hours * HOUR_US),
            "counted": why is None, "why": why}


# Wednesday before Thanksgiving 2026, five in the afternoon in Washington State.
CONSECUTIVE = {
    "rule": "consecutive", "binding": True, "start": "eligible", "starts_at": "2026-11-26T01:00:00Z", "limit_h": 48,
    "weekends_excluded": False, "calendars": [], "deadline_at": "2026-11-28T01:00:00Z",
    "counted_us": 48 * HOUR_US, "excluded_us": 0,
    "spans": [span("2026-11-26T01:00:00Z", "2026-11-26T08:00:00Z", "2026-11-25", "Wednesday", 7),
              span("2026-11-26T08:00:00Z", "2026-11-27T08:00:00Z", "2026-11-26", "Thursday", 24),
              span("2026-11-27T08:00:00Z", "2026-11-28T01:00:00Z", "2026-11-27", "Friday", 17)]}
REGULATORY = {
    "rule": "regulatory", "binding": False, "start": "eligible", "starts_at": "2026-11-26T01:00:00Z", "limit_h": 48,
    "weekends_excluded": True, "calendars": ["us-federal", "pierce"], "deadline_at": "2026-12-01T08:00:00Z",
    "counted_us": 48 * HOUR_US, "excluded_us": 72 * HOUR_US,
    "spans": [span("2026-11-26T01:00:00Z", "2026-11-26T08:00:00Z", "2026-11-25", "Wednesday", 7),
              span("2026-11-26T08:00:00Z", "2026-11-27T08:00:00Z", "2026-11-26", "Thursday", 24,
                   "Thanksgiving Day"),
              span("2026-11-28T08:00:00Z", "2026-11-29T08:00:00Z", "2026-11-28", "Saturday", 24, "Saturday")]}
ANSWER = {"facility": "PIERCE", "zone": "America/Los_Angeles", "eligible_at": "2026-11-26T01:00:00Z",
          "received_at": None, "served_at": None, "rule": "consecutive", "deadline_at": "2026-11-28T01:00:00Z",
          "readings": [CONSECUTIVE, REGULATORY]}
ASK = ["deadline", "--facility", "PIERCE", "--eligible-at", "2026-11-25T17:00:00-08:00"]


class Deadline(FakeDaemonCase):
    def test_readings_stand_side_by_side(self):
        said, request = self.asked(ASK, ANSWER)
        self.assertTrue(request.startswith("GET /v1/deadline?facility=PIERCE&eligible_at=2026-11-26T01%3A00%3A00Z "),
                        request)
        self.assertIn("Facility       PIERCE (America/Los_Angeles)\n"
                      "Rule           consecutive\n"
                      "Deadline       2026-11-27 17:00:00 -08:00  (2026-11-28T01:00:00Z)\n\n", said)
        self.assertRegex(said, r"(?m)^consecutive  YES    48 h   eligible  2026-11-25 17:00:00 -08:00  "
                               r"2026-11-27 17:00:00 -08:00  -$")
        self.assertRegex(said, r"(?m)^regulatory   no     48 h   eligible  2026-11-25 17:00:00 -08:00  "
                               r"2026-12-01 00:00:00 -08:00  weekends, us-federal, pierce$")

    def test_days_are_told_and_add_up(self):
        said, _ = self.asked(ASK, ANSWER)
        consecutive, regulatory = said.split("\n\n")[2:]
        self.assertEqual(consecutive.splitlines(), [
            "consecutive (binds):",
            "DATE        DAY        FROM             TO               LENGTH    COUNTED",
            "2026-11-25  Wednesday  17:00:00 -08:00  00:00:00 -08:00  7:00:00   yes",
            "2026-11-26  Thursday   00:00:00 -08:00  00:00:00 -08:00  24:00:00  yes",
            "2026-11-27  Friday     00:00:00 -08:00  17:00:00 -08:00  17:00:00  yes",
            "Sum: 48:00:00 counted, 0:00:00 not counted."])
        self.assertEqual(regulatory.splitlines()[0], "regulatory:")
        self.assertIn("24:00:00  no: Thanksgiving Day\n", regulatory)
        self.assertTrue(regulatory.endswith("\nSum: 7:00:00 counted, 48:00:00 not counted.\n"))

    def test_a_third_reading(self):
        third = CONSECUTIVE | {"rule": "24 h of receipt", "start": "received", "limit_h": 24, "spans": []}
        said, request = self.asked([*ASK, "--received-at", "2026-11-25T00:00:00Z", "--served-at",
                                    "2026-11-25T01:00:00Z"],
                                   ANSWER | {"readings": [CONSECUTIVE | {"binding": False}, REGULATORY, third]})
        self.assertIn("&received_at=2026-11-25T00%3A00%3A00Z&served_at=2026-11-25T01%3A00%3A00Z ", request)
        self.assertRegex(said, r"(?m)^24 h of receipt  YES    24 h   received ")
        self.assertIn("24 h of receipt (binds):\n", said)

    def test_time_that_was_over_before_is_said(self):
        words = "the time was over before the person was eligible"
        early = CONSECUTIVE | {"deadline_at": "2026-11-25T01:00:00Z"}
        self.assertIn(words, self.asked(ASK, ANSWER | {"readings": [REGULATORY, early]})[0])
        self.assertNotIn(words, self.asked(ASK, ANSWER)[0])

    def test_a_day_of_a_clock_change_and_fractions(self):
        odd = CONSECUTIVE | {"spans": [
            span("2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z", "2026-11-01", "Sunday", 25),
            span("2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z", "2026-03-08", "Sunday", 23),
            span("2026-03-08T08:00:00.5Z", "2026-03-08T08:00:00.999999Z", "2026-03-08", "Sunday", 0.499999 / 3600)]}
        said, _ = self.asked(ASK, ANSWER | {"readings": [odd]})
        self.assertIn("2026-11-01  Sunday  00:00:00 -07:00  00:00:00 -08:00  25:00:00 ", said)
        self.assertIn("2026-03-08  Sunday  00:00:00 -08:00  00:00:00 -07:00  23:00:00 ", said)
        self.assertIn("Sum: 48:00:00.499999 counted", said)

    def test_a_rule_whose_start_was_not_given(self):
        unknown = CONSECUTIVE | {"start": "served", "starts_at": None, "deadline_at": None, "spans": None}
        said, _ = self.asked(ASK, ANSWER | {"readings": [unknown], "deadline_at": None})
        self.assertRegex(said, r"(?m)^consecutive  YES    48 h   served  -       -     -$")

    def test_json(self):
        said, _ = self.asked(["--json", *ASK], ANSWER)
        self.assertEqual(json.loads(said), ANSWER)

    def test_refusal(self):
        result, _ = self.ask(ASK, {"detail": "no such facility", "kind": "unknown-facility"}, 422)
        self.assertEqual((result.returncode, result.stdout, result.stderr),
                         (REFUSED, "", "detainerctl: no such facility (unknown-facility)\n"))

    def test_words_of_others_do_not_steer_the_terminal(self):
        escape = "\x1b]0;owned\x07"
        poisoned = {key: escape for key in ("facility", "zone", "rule", "deadline_at")} | {"readings": [
            {key: escape for key in ("rule", "start", "starts_at", "deadline_at")} | {
                "calendars": [escape, 1], "limit_h": escape,
                "spans": [{key: escape for key in ("from", "to", "date", "weekday", "why")}]}]}
        said, _ = self.asked(ASK, poisoned)
        self.assertNotRegex(said, r"[\x00-\x08\x0b-\x1f]")
        self.assertIn(r"\x1b]0;owned\x07", said)

    def test_answers_of_another_shape(self):
        huge = [{"length_us": 2**63 - 1, "counted": True}, {"length_us": 2**63 - 1, "counted": True},
                {"length_us": -2**63}]
        for body in ({}, {"readings": 1}, {"readings": [None, {"spans": {}}, {"spans": [None]}, {"spans": huge}]}):
            self.asked(ASK, body)


class RealDeadline(CtlCase):
    def test_thanksgiving(self):
        said = self.run_ok(*ASK)
        self.assertRegex(said, r"(?m)^consecutive  YES .* 2026-11-27 17:00:00 -08:00 +-$")
        self.assertRegex(said, r"(?m)^regulatory +no .* 2026-11-30 17:00:00 -08:00 +weekends, us-federal$")
        self.assertRegex(said, r"(?m)^2026-11-26  Thursday .* 24:00:00  no: Thanksgiving Day$")
        self.assertIn("Sum: 48:00:00 counted, 72:00:00 not counted.\n", said)
        self.assertEqual(len(self.json_of(*ASK)["readings"]), 2)

    def test_a_day_of_25_hours(self):
        said = self.run_ok("deadline", "--facility", "PIERCE", "--eligible-at", "2026-10-31T12:00:00-07:00")
        self.assertRegex(said, r"(?m)^2026-11-01  Sunday +00:00:00 -07:00  00:00:00 -08:00  25:00:00  yes$")
        self.assertRegex(said, r"(?m)^2026-11-01  Sunday .* 25:00:00  no: Sunday$")

    def test_refusals(self):
        self.assertRefused("deadline", "--facility", "NOWHERE", "--eligible-at", "now", kind="unknown-facility")


if __name__ == "__main__":
    unittest.main()
