# SPDX-License-Identifier: ISC
"""detainerctl: list, show, history and status, also of data that means harm."""

import json
import os
import re
import unittest

from ctl_case import DONE, LOCAL, REFUSED, CtlCase, http, impostor
from timing import ago, ahead


class Views(CtlCase):
    def rows(self, *options):
        """The table's rows as dictionaries, by its own head."""
        head, *lines = self.run_ok("list", *options).splitlines()
        starts = [match.start() for match in re.finditer(r"\S+", head)] + [None]
        return [{head[a:b].strip(): line[a:b].strip() for a, b in zip(starts, starts[1:])}
                for line in lines]

    def test_table(self):
        booking = self.booking()
        hold = self.request(booking)
        row, = self.rows("--booking", booking)
        self.assertEqual(row, {"BOOKING": booking, "ID": str(hold), "FACILITY": "PIERCE",
                               "STATE": "lodged", "DEADLINE": "-", "LEFT": "-", "CONSECUTIVE": "-",
                               "REGULATORY": "-"})
        self.daemon.command(hold, "start", eligible_at="2026-01-15T18:00:00Z")
        row, = self.rows("--booking", booking)
        self.assertEqual((row["STATE"], row["DEADLINE"]), ("expired", "2026-01-17 10:00:00 -08:00"))
        # A Thursday; the Monday after is the birthday of Martin Luther King.
        self.assertEqual((row["CONSECUTIVE"], row["REGULATORY"]), ("2026-01-17 10:00", "2026-01-20 10:00"))
        self.assertRegex(row["LEFT"], r"\Aoverdue \d+ h \d+ min\Z")

    def test_deadline_is_told_by_the_wall_clock_of_the_facility(self):
        booking = self.booking()
        hold = self.request(booking)
        self.daemon.command(hold, "start", eligible_at="2026-07-01T18:00:00Z")
        row, = self.rows("--booking", booking)
        self.assertEqual(row["DEADLINE"], "2026-07-03 11:00:00 -07:00")

    def test_what_needs_a_look_comes_first(self):
        lodged, late, overdue, soon, longest, lodged_too = (self.request() for _ in range(6))
        for hold, hours in ((late, 10), (overdue, 50), (soon, 40), (longest, 60)):
            self.daemon.command(hold, "start", eligible_at=ago(hours=hours))
        expected = [longest, overdue, soon, late, lodged, lodged_too]
        ids = [int(row["ID"]) for row in self.rows()]
        self.assertEqual([hold for hold in ids if hold in expected], expected)

    def test_filters(self):
        booking = self.booking()
        first, second = self.request(booking), self.request(booking)
        self.daemon.command(first, "close", reason="died")
        ids = lambda *options: [int(row["ID"]) for row in self.rows("--booking", booking, *options)]
        self.assertEqual(ids(), [first, second])
        self.assertEqual(ids("--state", "closed"), [first])
        self.assertEqual(ids("--open"), [second])
        self.assertEqual(ids("--limit", 1), [first])
        self.assertEqual(ids("--facility", "REVIEW"), [])
        self.daemon.command(second, "start")
        self.assertEqual(ids("--due-before", "+47h"), [])
        self.assertEqual(ids("--due-before", "+49h"), [second])

    def test_values_are_escaped_in_the_query(self):
        booking = "a&b=c %?#" + self.booking()
        hold = self.request(booking)
        self.assertEqual([row["ID"] for row in self.rows("--booking", booking)], [str(hold)])

    def test_follows_all_pages(self):
        booking = self.booking()
        connection = self.daemon.connection()
        self.addCleanup(connection.close)
        body = json.dumps({"booking": booking, "facility": "PIERCE"})
        for _ in range(1003):
            connection.request("POST", "/v1/holds", body, {"Content-Type": "application/json"})
            connection.getresponse().read()
        self.assertEqual(len(self.rows("--booking", booking)), 1003)
        self.assertEqual(len(self.rows("--booking", booking, "--limit", 1002)), 1002)
        pages = [json.loads(line) for line in
                 self.run_ok("--json", "list", "--booking", booking).splitlines()]
        self.assertEqual([len(page["holds"]) for page in pages], [1000, 3])
        self.assertIsNone(pages[-1]["next_cursor"])

    def test_show(self):
        hold = self.request(None, "PIERCE", "--ice-warrant", "I-200")
        self.daemon.command(hold, "start", eligible_at="2026-01-15T18:00:00Z", reason="bond_posted")
        self.daemon.command(hold, "schedule", pickup_at=ahead(hours=1))
        lines = dict(re.split(r"  +| (?=\d{4}-)", line, maxsplit=1)
                     for line in self.run_ok("show", hold).splitlines())
        self.assertEqual(lines["Deadline"], "2026-01-17 10:00:00 -08:00  (2026-01-17T18:00:00Z)")
        self.assertEqual(lines["Consecutive"],
                         "2026-01-17 10:00:00 -08:00  (2026-01-17T18:00:00Z)  BINDS")
        self.assertEqual(lines["Regulatory"], "2026-01-20 10:00:00 -08:00  (2026-01-20T18:00:00Z)")
        self.assertRegex(lines["Policy"], r"\Aalways-honor, version \S+, rule \S")
        self.assertRegex(lines["Because"], r"\S")
        self.assertEqual(lines["State"], "expired")
        self.assertEqual(lines["Reason"], "bond_posted")
        self.assertEqual(lines["ICE warrant"], "I-200")
        self.assertEqual(lines["Rule"], "48 h, consecutive")
        self.assertEqual(lines["Facility"], "PIERCE (America/Los_Angeles)")
        self.assertIn("AFTER AUTHORITY HAS ENDED", lines["Pickup"])
        self.assertRegex(lines["Time left"], r"\Aoverdue \d+ h")
        self.assertEqual(self.json_of("show", hold)["state"], "expired")

    def test_show_says_what_comes_next(self):
        hold = self.request()
        self.daemon.command(hold, "start")
        self.assertRegex(self.run_ok("show", hold),
                         rf"(?m)^Next +warning \(24 h 0 min left\) at {LOCAL}  \(\d{{4}}-.*Z\)$")

    def test_history(self):
        hold = self.request()
        self.daemon.command(hold, "start", eligible_at=ago(hours=50), reason="bond_posted")
        self.daemon.command(hold, "release", reason="let go")
        lines = self.run_ok("history", hold).splitlines()
        self.assertEqual([line.split()[4] for line in lines],
                         ["hold.lodged", "hold.started", "hold.expired", "hold.released"])
        for line in lines:
            self.assertRegex(line, rf"\A *\d+  {LOCAL}  \S+ +hold {hold}  B-\d+  PIERCE  \w+")
        self.assertIn("reason bond_posted", lines[1])
        self.assertRegex(lines[1], r"by rule consecutive  regulatory \d{4}-.*  policy always-honor ")
        self.assertIn("recorded later by 50 h 0 min", lines[1])
        self.assertIn("cause deadline", lines[2])
        self.assertIn("fired late by 2 h 0 min", lines[2])
        self.assertIn("overdue 2 h 0 min", lines[3])
        self.assertIn(f"by uid:{os.getuid()}", lines[3])
        self.assertEqual(len(self.json_of("history", hold)["events"]), 4)

    def test_history_of_a_warning_says_what_is_left(self):
        hold = self.request()
        self.daemon.command(hold, "start", eligible_at=ago(hours=40))
        self.daemon.wait_event("hold.warning", hold)
        self.assertRegex(self.run_ok("history", hold), r"hold\.warning .*  time left 7 h 59 min  ")

    def test_status(self):
        said = self.run_ok("status")
        self.assertRegex(said, r"You +uid \d+, records, supervisor, auditor, monitor, courier, admin\n")
        self.assertRegex(said, r"\Adetainerd +\d+\.\d+\.\d+, API 1\n")
        self.assertRegex(said, r"(?m)^Clock +real")
        self.assertRegex(said, r"(?m)^Holds +.*\bheld \d+")
        self.assertRegex(said, r"(?m)^Next deadline +\S")
        self.assertRegex(said, r"(?m)^PIERCE +Pierce County Jail +America/Los_Angeles +consecutive +48 h"
                               r" +always-honor$")
        self.assertEqual(self.json_of("status")["api"], 1)


class HostileData(CtlCase):
    """Words of others must not steer the terminal."""

    BOOKING = "\x9b31m \u202etxet\u2066"  # the daemon refuses C0 control characters, but not these
    NOTE = BOOKING + "\n\tanother line"
    SHOWN = r"\u009b31m \u202etxet\u2066"
    STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f]")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.poisoned = cls.daemon.create(cls.BOOKING, ice_office=cls.BOOKING)["id"]
        cls.daemon.command(cls.poisoned, "note", text=cls.NOTE)

    def assertHarmless(self, text):
        self.assertIsNone(self.STEERING.search(text), ascii(text))

    def test_text(self):
        for command in (["list"], ["show", self.poisoned], ["history", self.poisoned],
                        ["watch", "--after", 0, "--wait", 0], ["serve", self.poisoned]):
            with self.subTest(command=command):
                result = self.ctl(*command)
                self.assertEqual(result.returncode, DONE)
                self.assertHarmless(result.stdout + result.stderr)
                self.assertIn(self.SHOWN, result.stdout)

    def test_a_line_stays_a_line(self):
        lines = self.run_ok("history", self.poisoned).splitlines()
        self.assertRegex(lines[1], r"note .*\\x0a\\x09another line  by uid:")
        for line in lines:
            self.assertRegex(line, r"\A *\d+  \d{4}-")

    def test_json_is_harmless_and_the_same(self):
        for command in (["show", self.poisoned], ["history", self.poisoned]):
            self.assertHarmless(self.run_ok("--json", *command))
        self.assertEqual(self.json_of("show", self.poisoned)["booking"], self.BOOKING)
        self.assertEqual(self.json_of("history", self.poisoned)["events"][1]["text"], self.NOTE)

    def test_refusals(self):
        result = self.ctl("request", "--booking", "x", "--facility", "\u202e\x9b")
        self.assertEqual(result.returncode, REFUSED)
        self.assertHarmless(result.stderr)

    def test_a_daemon_that_lets_all_through(self):
        escape = "\x1b]0;owned\x07\x7f"
        hold = {key: escape for key in ("booking", "facility", "zone", "state", "form", "rule", "ice_office",
                                        "eligible_reason")} | {"id": 1, "limit_h": 48}
        event = hold | {key: escape for key in ("kind", "actor", "reason", "text", "cause")} | {"seq": 1}
        root = {"version": escape, "time": escape, "clock": {"kind": escape}, "counts": {escape: 1},
                "facilities": [{"id": escape, "name": escape, "zone": escape}]}
        problem = {"detail": escape, "kind": escape}
        for command, *answers in ((["show", 1], hold), (["start", 1], hold), (["list"], {"holds": [hold]}),
                                  (["history", 1], hold, {"events": [event]}), (["status"], root)):
            for status in (200, 400):
                said = problem if status == 400 else answers[0]
                raw = [http(status, json.dumps(said).encode())]
                raw += [http(200, json.dumps(more).encode()) for more in answers[1:] if status == 200]
                with self.subTest(command=command, status=status), \
                        impostor(self.daemon.dir, *raw) as path:
                    result = self.ctl("--socket", path, *command)
                    self.assertHarmless(result.stdout + result.stderr)
                    self.assertIn(r"\x1b]0;owned\x07\x7f", result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()
