# SPDX-License-Identifier: ISC
"""detainerctl show, list and history of holds with both deadlines and a policy, against a daemon that
answers what the test says."""

import json
import unittest

from ctl_case import FakeDaemonCase, ctl, http, impostor

HOLD = {
    "id": 7, "rev": 2, "state": "held", "booking": "B-7", "facility": "PIERCE", "zone": "America/Los_Angeles",
    "eligible_at": "2026-11-26T01:00:00Z", "rule": "consecutive", "limit_h": 48,
    "deadline_at": "2026-11-28T01:00:00Z", "consecutive_deadline_at": "2026-11-28T01:00:00Z",
    "regulatory_deadline_at": "2026-12-01T01:00:59Z", "remaining_us": 3_600_000_000, "overdue_us": 0,
    "decision": "honor", "policy": "lapd-2013", "policy_version": "2013", "policy_rule": "felony arrest",
    "policy_reason": "arrested for a felony", "policy_cite": "LAPD Special Order 2012",
    "policy_hash": "9f" * 32, "replaces": 3, "last_seq": 1,
    "facts": {"phase": "start", "charge_severity": "felony", "age": 30, "served": True, "bail_cents": None}}
STARTED = {
    "seq": 1, "kind": "hold.started", "hold": 7, "booking": "B-7", "facility": "PIERCE", "state": "held",
    "at": "2026-11-26T01:00:00Z", "recorded_at": "2026-11-26T01:00:00Z", "deadline_at": "2026-11-28T01:00:00Z",
    "rule": "consecutive", "consecutive_deadline_at": "2026-11-28T01:00:00Z",
    "regulatory_deadline_at": "2026-12-01T01:00:59Z", "replaces": 3, "policy": "lapd-2013",
    "policy_version": "2013", "policy_rule": "felony arrest", "policy_reason": "arrested for a felony",
    "policy_cite": "LAPD Special Order 2012", "actor": "uid:0"}


class Holds(FakeDaemonCase):
    def test_show(self):
        said, _ = self.asked(["show", 7], HOLD)
        for line in ("Deadline       2026-11-27 17:00:00 -08:00  (2026-11-28T01:00:00Z)",
                     "Consecutive    2026-11-27 17:00:00 -08:00  (2026-11-28T01:00:00Z)  BINDS",
                     "Regulatory     2026-11-30 17:00:59 -08:00  (2026-12-01T01:00:59Z)",
                     "Rule           48 h, consecutive",
                     "Replaces       3",
                     "Decision       honor",
                     "Policy         lapd-2013, version 2013, rule felony arrest",
                     "Because        arrested for a felony",
                     "Citation       LAPD Special Order 2012",
                     "Facts          phase start, charge_severity felony, age 30, served true",
                     "Policy text    " + "9f" * 32):
            self.assertIn(line + "\n", said)

    def test_the_other_reading_binds(self):
        said, _ = self.asked(["show", 7], HOLD | {"rule": "regulatory"})
        self.assertRegex(said, r"(?m)^Regulatory .*  BINDS$")
        self.assertNotRegex(said, r"(?m)^Consecutive .*BINDS$")
        for rule in ("received-24h", "", None, "consecutive_deadline_at", "regulatory_"):
            said, _ = self.asked(["show", 7], HOLD | {"rule": rule})
            self.assertNotIn("BINDS", said)

    def test_a_hold_that_was_never_started_by_a_policy_without_rule(self):
        members = ("deadline_at", "consecutive_deadline_at", "regulatory_deadline_at", "policy_version",
                   "policy_rule", "policy_cite", "replaces", "facts", "rule")
        said, _ = self.asked(["show", 7], HOLD | dict.fromkeys(members) | {"policy": "always-review"})
        self.assertIn("Policy         always-review\n", said)
        self.assertNotRegex(said, "(?m)^(Deadline|Consecutive|Regulatory|Citation|Replaces|Facts)")

    def test_list(self):
        said, _ = self.asked(["list"], {"holds": [HOLD, {"id": 8, "state": "lodged"}], "next_cursor": None})
        head, held, lodged = said.splitlines()
        self.assertEqual(head.split(), ["BOOKING", "ID", "FACILITY", "STATE", "DEADLINE", "LEFT", "CONSECUTIVE",
                                        "REGULATORY"])
        self.assertTrue(held.endswith("2026-11-27 17:00:00 -08:00  1 h 0 min  2026-11-27 17:00  2026-11-30 17:00"),
                        held)
        self.assertRegex(lodged, r"-  +-  +-  +-$")

    def test_history(self):
        said = self.history(STARTED)
        self.assertIn("  deadline 2026-11-27 17:00:00 -08:00  by rule consecutive  "
                      "regulatory 2026-11-30 17:00:59 -08:00  replaces hold 3  policy lapd-2013  version 2013  "
                      "rule felony arrest  because arrested for a felony  citation LAPD Special Order 2012  "
                      "by uid:0\n", said)
        said = self.history(STARTED | {"rule": "received-24h"})
        self.assertRegex(said, r"by rule received-24h  consecutive \S+ \S+ \S+  regulatory ")

    def test_history_of_facts(self):
        told = {key: STARTED[key] for key in ("seq", "hold", "booking", "facility", "state", "at", "recorded_at")}
        said = self.history(told | {"kind": "hold.facts", "facts": {"age": 30, "served": False, "form": None}})
        self.assertIn("  held  facts age 30, served false\n", said)
        self.assertNotIn("  facts", self.history(told | {"kind": "hold.facts", "facts": {}}))

    def history(self, event):
        """The history of a hold whose one event that is."""
        answers = [http(200, json.dumps(body).encode()) for body in (HOLD, {"events": [event]})]
        with impostor(self.dir, *answers) as path:
            return ctl("history", 7, socket_path=path).stdout

    def test_words_of_others_do_not_steer_the_terminal(self):
        escape = "\x1b]0;owned\x07"
        poisoned = {key: escape for key in HOLD if isinstance(HOLD[key], str)}
        poisoned["facts"] = {escape: escape, "x": [escape]}
        for arguments, body in ((["show", 7], poisoned), (["list"], {"holds": [poisoned]})):
            said, _ = self.asked(arguments, body)
            self.assertNotRegex(said, r"[\x00-\x09\x0b-\x1f]")
            self.assertIn(r"\x1b]0;owned\x07", said)
        said = self.history({key: escape for key in STARTED} | {"seq": 1, "facts": {escape: escape}})
        self.assertNotRegex(said, r"[\x00-\x09\x0b-\x1f]")

    def test_answers_of_another_shape(self):
        for facts in (1, [], "x", {"a": {}, "b": []}):
            self.asked(["show", 7], HOLD | {"facts": facts, "policy": 3, "rule": {}})


if __name__ == "__main__":
    unittest.main()
