# SPDX-License-Identifier: ISC
"""Every command: what it does where it is legal, and how it is refused where it is not."""

import unittest

import harness
from harness import DaemonCase, ago, ahead, parse_rfc3339

# command: (members that satisfy it, states it is legal from), as docs/API.md has it
OPEN = ("pending", "lodged", "held", "expired")
COMMANDS = {
    "decide": ({"decision": "honor", "reason": "signed warrant"}, ("pending",)),
    "serve": ({}, ("lodged",)),
    "start": ({}, ("lodged", "pending")),
    "schedule": ({"pickup_at": ahead(hours=5)}, ("lodged", "held", "expired")),
    "transfer": ({}, ("held", "expired")),
    "release": ({}, ("held", "expired")),
    "cancel": ({}, ("lodged", "pending", "held")),
    "close": ({"reason": "died"}, OPEN),
    "correct": ({"eligible_at": ago(hours=60), "reason": "clerk misread"}, ("held", "expired")),
    "facts": ({"facts": {"age": 34}}, ("pending", "lodged")),
    "note": ({"text": "called ICE"}, OPEN),
}
STATES = OPEN + ("declined", "cancelled", "transferred", "released", "closed")


class CommandCase(DaemonCase):
    def hold_in(self, state):
        """A new hold brought into a state, by the shortest way."""
        daemon, booking = self.daemon, self.booking()
        if state == "pending":
            return daemon.create(booking, "REVIEW")
        if state == "declined":
            return daemon.create(booking, "DECLINE")
        hold = daemon.create(booking, received_at=ago(hours=72))
        way = {
            "lodged": [],
            "held": [("start", {})],
            "expired": [("start", {"eligible_at": ago(hours=50)})],
            "cancelled": [("cancel", {})],
            "transferred": [("start", {}), ("transfer", {})],
            "released": [("start", {}), ("release", {})],
            "closed": [("close", {"reason": "bonded"})],
        }[state]
        for command, members in way:
            hold = daemon.command(hold["id"], command, **members)
        self.assertEqual(hold["state"], state)
        return hold


class Matrix(CommandCase):
    """All pairs of state and command."""

    def test_illegal_pairs(self):
        for state in STATES:
            hold = self.hold_in(state)
            legal = {name for name, (_, states) in COMMANDS.items() if state in states}
            for command in COMMANDS.keys() - legal:
                with self.subTest(state=state, command=command):
                    answer = self.daemon.post(f"/v1/holds/{hold['id']}/{command}", COMMANDS[command][0])
                    problem = self.assertProblem(answer, 409, "illegal-transition")
                    self.assertEqual(problem["state"], state)
                    self.assertEqual(set(problem["legal"]), legal)
            self.assertEqual(self.daemon.hold(hold["id"])["rev"], hold["rev"])

    def test_legal_pairs(self):
        for state in STATES:
            for command, (members, states) in COMMANDS.items():
                if state not in states:
                    continue
                with self.subTest(state=state, command=command):
                    hold = self.hold_in(state)
                    answer = self.daemon.post(f"/v1/holds/{hold['id']}/{command}", members)
                    after = harness.expect(200, answer)
                    self.assertGreater(after["rev"], hold["rev"])
                    self.assertEqual(answer.headers["ETag"], f'"{after["rev"]}"')
                    self.assertEqual(len(self.daemon.events(hold["id"])), after["rev"])


class HappyPaths(CommandCase):
    def last_event(self, hold):
        return self.daemon.events(hold["id"])[-1]

    def test_decide(self):
        for decision, state in (("honor", "lodged"), ("decline", "declined")):
            hold = self.hold_in("pending")
            hold = self.daemon.command(hold["id"], "decide", decision=decision, reason="because")
            self.assertEqual((hold["state"], hold["decision"]), (state, decision))
            event = self.last_event(hold)
            self.assertEqual((event["kind"], event["decision"], event["reason"]),
                             ("hold.decided", decision, "because"))

    def test_a_decided_review_can_start(self):
        hold = self.hold_in("pending")
        self.daemon.command(hold["id"], "decide", decision="honor", reason="warrant")
        self.assertEqual(self.daemon.command(hold["id"], "start")["state"], "held")

    def test_nobody_decided(self):
        hold = self.hold_in("pending")
        hold = self.daemon.command(hold["id"], "start", reason="bond_posted")
        self.assertEqual((hold["state"], hold["deadline_at"]), ("declined", None))
        event = self.last_event(hold)
        self.assertEqual((event["kind"], event["cause"]), ("hold.declined", "undecided"))

    def test_serve(self):
        hold = self.hold_in("lodged")
        at = ago(minutes=3)
        hold = self.daemon.command(hold["id"], "serve", at=at)
        self.assertEqual((hold["state"], hold["served_at"]), ("lodged", at))
        self.assertEqual(self.last_event(hold)["kind"], "hold.served")

    def test_start(self):
        hold = self.hold_in("lodged")
        at = ago(hours=2)
        hold = self.daemon.command(hold["id"], "start", eligible_at=at, reason="bond_posted")
        self.assertEqual(hold["state"], "held")
        self.assertEqual((hold["eligible_at"], hold["eligible_reason"]), (at, "bond_posted"))
        self.assertEqual((hold["rule"], hold["limit_h"]), ("consecutive", 48))
        length = parse_rfc3339(hold["deadline_at"]) - parse_rfc3339(hold["eligible_at"])
        self.assertEqual(length.total_seconds(), 48 * 3600)
        self.assertEqual(hold["next_timer"]["kind"], "warning")
        self.assertLess(abs(hold["remaining_us"] - 46 * 3600e6), 60e6 * harness.SLOWNESS)

    def test_start_defaults(self):
        before = harness.now()
        hold = self.daemon.command(self.hold_in("lodged")["id"], "start")
        self.assertEqual(hold["eligible_reason"], "other")
        self.assertTrue(before <= parse_rfc3339(hold["eligible_at"]) <= harness.now())

    def test_transfer_and_release_in_time(self):
        for command, state in (("transfer", "transferred"), ("release", "released")):
            hold = self.daemon.command(self.hold_in("held")["id"], command)
            self.assertEqual((hold["state"], hold["overdue_us"]), (state, 0))
            self.assertIsNone(hold["remaining_us"])
            self.assertIsNone(hold["next_timer"])
            self.assertEqual(self.last_event(hold)["kind"], f"hold.{state}")

    def test_release_reason_is_kept(self):
        hold = self.daemon.command(self.hold_in("held")["id"], "release", reason="court order")
        self.assertEqual(self.last_event(hold)["reason"], "court order")

    def test_cancel_before_the_start(self):
        hold = self.daemon.command(self.hold_in("lodged")["id"], "cancel", lift_code="U", reason="USC")
        self.assertEqual((hold["state"], hold["lift_code"]), ("cancelled", "U"))
        event = self.last_event(hold)
        self.assertEqual((event["lift_code"], event["reason"]), ("U", "USC"))

    def test_cancel_while_held_ends_authority_at_once(self):
        hold = self.daemon.command(self.hold_in("held")["id"], "cancel", lift_code="L")
        self.assertEqual((hold["state"], hold["lift_code"]), ("expired", "L"))
        self.assertLess(hold["authority_ended_at"], hold["deadline_at"])
        cancelled, expired = self.daemon.events(hold["id"])[-2:]
        self.assertEqual((cancelled["kind"], cancelled["lift_code"]), ("hold.cancelled", "L"))
        self.assertEqual((expired["kind"], expired["cause"]), ("hold.expired", "cancelled"))

    def test_close(self):
        for state in OPEN:
            hold = self.daemon.command(self.hold_in(state)["id"], "close", reason="escaped")
            self.assertEqual(hold["state"], "closed")
            self.assertEqual(self.last_event(hold)["reason"], "escaped")

    def test_note(self):
        text = "ICE said: « demain »\n\"quoted\" \\ tab\t" + "x" * 1000
        hold = self.daemon.command(self.hold_in("held")["id"], "note", text=text)
        self.assertEqual((self.last_event(hold)["kind"], self.last_event(hold)["text"]),
                         ("hold.noted", text))

    def test_correct_says_when_it_lengthens(self):
        hold = self.hold_in("expired")
        old = hold["deadline_at"]
        hold = self.daemon.command(hold["id"], "correct", eligible_at=ago(hours=1), reason="misread")
        self.assertEqual((hold["state"], hold["authority_ended_at"]), ("held", None))
        event = self.last_event(hold)
        self.assertEqual((event["kind"], event["reason"]), ("hold.corrected", "misread"))
        self.assertEqual((event["previous_deadline_at"], event["deadline_at"]),
                         (old, hold["deadline_at"]))
        self.assertIs(event["lengthened"], True)

    def test_correct_earlier_may_expire_at_once(self):
        hold = self.hold_in("held")
        hold = self.daemon.command(hold["id"], "correct", eligible_at=ago(hours=49), reason="late")
        self.assertEqual(hold["state"], "expired")
        corrected, expired = self.daemon.events(hold["id"])[-2:]
        self.assertEqual((corrected["kind"], expired["kind"]), ("hold.corrected", "hold.expired"))
        self.assertNotIn("lengthened", corrected)


class Refusals(CommandCase):
    def command(self, state, command, **members):
        return self.daemon.post(f"/v1/holds/{self.hold_in(state)['id']}/{command}", members)

    def test_unknown_command(self):
        hold = self.hold_in("lodged")
        for name in ("frobnicate", "request", "warn", "expire", "Start", "start/now"):
            with self.subTest(name):
                answer = self.daemon.post(f"/v1/holds/{hold['id']}/{name}", {})
                self.assertProblem(answer, 404, "not-found")

    def test_future(self):
        cases = [("lodged", "serve", "at", {}), ("lodged", "start", "eligible_at", {}),
                 ("held", "transfer", "at", {}), ("held", "release", "at", {}),
                 ("held", "cancel", "at", {}), ("held", "close", "at", {"reason": "died"}),
                 ("held", "correct", "eligible_at", {"reason": "x"}),
                 ("held", "note", "at", {"text": "x"}),
                 ("held", "schedule", "at", {"pickup_at": ahead(days=2)}),
                 ("pending", "decide", "at", {"decision": "honor", "reason": "x"})]
        for state, command, field, members in cases:
            with self.subTest(command):
                answer = self.command(state, command, **members, **{field: ahead(minutes=2)})
                self.assertProblem(answer, 422, "time-in-future", field)

    def test_pickup_horizon(self):
        self.assertEqual(self.command("held", "schedule", pickup_at=ahead(days=365)).status, 200)
        answer = self.command("held", "schedule", pickup_at=ahead(days=367))
        self.assertProblem(answer, 422, "time-in-future", "pickup_at")

    def test_order(self):
        cases = [("lodged", "serve", "at", {}), ("held", "transfer", "at", {}),
                 ("held", "release", "at", {}), ("expired", "close", "at", {"reason": "died"}),
                 ("lodged", "close", "at", {"reason": "died"}), ("lodged", "cancel", "at", {}),
                 ("held", "note", "at", {"text": "x"}),
                 ("held", "schedule", "pickup_at", {}),
                 ("pending", "decide", "at", {"decision": "honor", "reason": "x"})]
        for state, command, field, members in cases:
            with self.subTest(f"{state} {command}"):
                answer = self.command(state, command, **members, **{field: ago(days=200)})
                self.assertProblem(answer, 422, "time-order", field)

    def test_eligible_before_booked(self):
        hold = self.daemon.create(self.booking(), booked_at=ago(hours=5))
        answer = self.daemon.post(f"/v1/holds/{hold['id']}/start", {"eligible_at": ago(hours=6)})
        self.assertProblem(answer, 422, "time-order", "eligible_at")

    def test_eligible_before_received_is_right(self):
        hold = self.daemon.create(self.booking(), received_at=ago(hours=1))
        at = ago(hours=20)
        self.assertEqual(self.daemon.command(hold["id"], "start", eligible_at=at)["eligible_at"], at)

    def test_missing_members(self):
        for state, command, field, members in (
                ("pending", "decide", "decision", {"reason": "x"}),
                ("pending", "decide", "reason", {"decision": "honor"}),
                ("held", "schedule", "pickup_at", {}), ("held", "close", "reason", {}),
                ("held", "correct", "eligible_at", {"reason": "x"}),
                ("held", "correct", "reason", {"eligible_at": ago(hours=1)}),
                ("held", "note", "text", {})):
            with self.subTest(f"{command} without {field}"):
                self.assertProblem(self.command(state, command, **members), 400, "missing-field", field)

    def test_values_outside_the_list(self):
        for state, command, field, members in (
                ("pending", "decide", "decision", {"decision": "review", "reason": "x"}),
                ("lodged", "start", "reason", {"reason": "BOND_POSTED"}),
                ("held", "cancel", "lift_code", {"lift_code": "Z"}),
                ("held", "close", "reason", {"reason": "tired"})):
            with self.subTest(f"{command} {field}"):
                self.assertProblem(self.command(state, command, **members), 400, "invalid-value", field)


if __name__ == "__main__":
    unittest.main()
