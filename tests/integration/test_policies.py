# SPDX-License-Identifier: ISC
"""Policies: what decides on a detainer, told with rule and citation, and asked for without one."""

import datetime
import pathlib
import shutil
import unittest

import harness
from harness import DaemonCase, REPOSITORY

POLICIES = REPOSITORY / "schema" / "policy"
JAILS = """
facility "LAPD" { zone = "America/Los_Angeles" policy = "lapd-test" }
facility "REVIEW" { zone = "America/Los_Angeles" policy = "asks" }
facility "RECEIPT" { zone = "America/New_York" policy = "bounded" }
facility "PAPERS" { zone = "UTC" policy = "papers" }
facility "OVER" { zone = "UTC" policy = "over" }
"""
FILES = {
    "lapd-test.policy": """
title = "A test"
cite = "Order 1"
version "1" {
    rule "felony" { when = "charge_severity = 'felony'" unknown = "skip" decide = "honor"
                    reason = "a felony charge" cite = "Order 1, Sec. 2" }
    rule "bail" { when = "charge_severity = 'misdemeanor' AND bail_cents > 500000" unknown = "skip"
                  decide = "honor" reason = "high bail" }
    rule "otherwise" { decide = "decline" reason = "a low-level charge" }
}
""",
    "asks.policy": """
title = "Asks when it does not know"
version "1" {
    rule "violent" { when = "charge_violent" unknown = "review" decide = "honor" reason = "violent" }
    rule "otherwise" { decide = "decline" reason = "not violent" }
}
""",
    "bounded.policy": """
title = "From receipt"
version "1" {
    clock { start = "received" hours = 24 }
    rule "all" { decide = "honor" reason = "all" }
}
""",
    "papers.policy": """
title = "Wants the paper"
version "1" {
    rule "all" { decide = "honor" reason = "all" }
    require "warrant" { that = "ice_warrant IS NOT NULL" otherwise = "review" reason = "no warrant came" }
}
""",
    "over.policy": """
title = "No longer in force"
version "1" { until = "2020-12-31" rule "all" { decide = "honor" reason = "all" } }
""",
}


class PolicyCase(DaemonCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(harness.short_temporary_directory())
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        for name, text in FILES.items():
            (cls.directory / name).write_text(text)
        cls.daemon_options = {"facilities": JAILS,
                              "conf_extra": f'policies = {{"{cls.directory}", "{POLICIES}"}}'}
        super().setUpClass()

    def request_hold(self, facility, **members):
        return self.daemon.create(self.booking(), facility, **members)


class Decisions(PolicyCase):
    def test_the_hold_says_by_which_rule_and_citation(self):
        hold = self.request_hold("LAPD", facts={"charge_severity": "felony", "age": 30})
        expected = {"state": "lodged", "decision": "honor", "policy": "lapd-test", "policy_version": "1",
                    "policy_rule": "felony", "policy_reason": "a felony charge",
                    "policy_cite": "Order 1, Sec. 2", "facts": {"charge_severity": "felony", "age": 30}}
        self.assertEqual({m: hold[m] for m in expected}, expected)
        self.assertRegex(hold["policy_hash"], "^[0-9a-f]{64}$")
        event = self.daemon.events(hold["id"])[0]
        self.assertEqual(event["kind"], "hold.lodged")
        for member in ("decision", "policy", "policy_version", "policy_rule", "policy_hash",
                       "policy_reason", "policy_cite", "facts"):
            self.assertEqual(event[member], hold[member])

    def test_the_border_of_a_rule(self):
        for cents, state in ((500000, "declined"), (500001, "lodged")):
            hold = self.request_hold("LAPD", facts={"charge_severity": "misdemeanor", "bail_cents": cents})
            self.assertEqual((hold["state"], hold["policy_cite"]), (state, "Order 1"))

    def test_a_detainer_without_facts_is_declined(self):
        hold = self.request_hold("LAPD")
        self.assertEqual((hold["state"], hold["policy_rule"], hold["facts"]), ("declined", "otherwise", None))

    def test_the_start_asks_again_with_the_facts_of_that_day(self):
        hold = self.request_hold("LAPD", facts={"charge_severity": "felony", "charge_violent": False})
        told = self.daemon.command(hold["id"], "facts", facts={"charge_severity": "misdemeanor"})
        self.assertEqual((told["state"], told["policy_rule"]), ("lodged", "felony"))  # not asked yet
        self.assertEqual(told["facts"], {"charge_severity": "misdemeanor", "charge_violent": False})
        event = self.daemon.events(hold["id"])[-1]
        self.assertEqual((event["kind"], event["facts"]), ("hold.facts", told["facts"]))
        ended = self.daemon.command(hold["id"], "start", facts={"bail_cents": 100})
        self.assertEqual((ended["state"], ended["policy_rule"]), ("declined", "otherwise"))
        self.assertEqual(ended["facts"], told["facts"] | {"bail_cents": 100})
        self.assertEqual(self.daemon.events(hold["id"])[-1]["cause"], "policy")

    def test_a_warrant_that_comes_later_counts(self):
        hold = self.request_hold("PAPERS")
        self.assertEqual((hold["state"], hold["policy_rule"]), ("pending", "warrant"))
        self.daemon.command(hold["id"], "decide", decision="honor", reason="it is on its way")
        self.daemon.command(hold["id"], "facts", facts={"ice_warrant": "I-205"})
        held = self.daemon.command(hold["id"], "start")
        self.assertEqual((held["state"], held["policy_rule"]), ("held", "all"))
        with_it = self.request_hold("PAPERS", ice_warrant="I-200")
        self.assertEqual(with_it["state"], "lodged")

    def test_a_fact_can_be_taken_back(self):
        hold = self.request_hold("LAPD", facts={"charge_severity": "felony", "age": 30})
        told = self.daemon.command(hold["id"], "facts", facts={"age": None})
        self.assertEqual(told["facts"], {"charge_severity": "felony"})
        told = self.daemon.command(hold["id"], "facts", facts={"charge_severity": None})
        self.assertIsNone(told["facts"])

    def test_what_is_not_known_waits_for_a_supervisor(self):
        hold = self.request_hold("REVIEW")
        self.assertEqual((hold["state"], hold["decision"]), ("pending", "review"))
        self.daemon.command(hold["id"], "decide", decision="honor", reason="read the file")
        self.assertEqual(self.daemon.command(hold["id"], "start")["state"], "held")

    def test_a_supervisor_does_not_outrank_the_law(self):
        hold = self.request_hold("REVIEW")
        self.daemon.command(hold["id"], "decide", decision="honor", reason="read the file")
        ended = self.daemon.command(hold["id"], "start", facts={"charge_violent": False})
        self.assertEqual((ended["state"], ended["policy_reason"]), ("declined", "not violent"))

    def test_nobody_decided(self):
        hold = self.request_hold("REVIEW")
        ended = self.daemon.command(hold["id"], "start")
        self.assertEqual(ended["state"], "declined")
        self.assertEqual(self.daemon.events(hold["id"])[-1]["cause"], "undecided")

    def test_a_policy_can_allow_less_than_the_rule(self):
        hold = self.request_hold("RECEIPT", received_at=harness.ago(hours=10))
        held = self.daemon.command(hold["id"], "start", eligible_at=harness.ago(hours=1))
        self.assertEqual((held["rule"], held["limit_h"]), ("policy", 24))
        received, deadline = (harness.parse_rfc3339(held[m]) for m in ("received_at", "deadline_at"))
        self.assertEqual(deadline - received, datetime.timedelta(hours=24))
        corrected = self.daemon.command(hold["id"], "correct", eligible_at=harness.ago(hours=2), reason="minutes")
        self.assertEqual(corrected["deadline_at"], held["deadline_at"])

    def test_a_policy_out_of_force_asks_a_supervisor(self):
        hold = self.request_hold("OVER")
        self.assertEqual((hold["state"], hold["policy_version"], hold["policy_rule"]), ("pending", None, None))
        old = self.request_hold("OVER", received_at="2020-12-31T23:59:59Z")
        self.assertEqual((old["state"], old["policy_version"]), ("lodged", "1"))
        self.assertRegex(self.daemon.stderr(), "facility OVER: no version of its policy over is in force")

    def test_facts_are_read_strictly(self):
        cases = [
            ({"facts": {"ages": 3}}, "unknown-field", "facts.ages"),
            ({"facts": {"age": "3"}}, "wrong-type", "facts.age"),
            ({"facts": {"age": 3.5}}, "wrong-type", "facts.age"),
            ({"facts": {"age": -1}}, "invalid-value", "facts.age"),
            ({"facts": {"age": True}}, "wrong-type", "facts.age"),
            ({"facts": {"charge_violent": 1}}, "wrong-type", "facts.charge_violent"),
            ({"facts": {"charge_violent": "true"}}, "wrong-type", "facts.charge_violent"),
            ({"facts": {"charge_severity": "murder"}}, "invalid-value", "facts.charge_severity"),
            ({"facts": {"phase": "start"}}, "unknown-field", "facts.phase"),
            ({"facts": {"form": "I-247A"}}, "unknown-field", "facts.form"),
            ({"facts": []}, "wrong-type", "facts"),
            ({"facts": None}, "wrong-type", "facts"),
        ]
        for members, kind, field in cases:
            with self.subTest(members):
                body = {"booking": self.booking(), "facility": "LAPD"} | members
                self.assertProblem(self.daemon.post("/v1/holds", body), 400, kind, field)
        hold = self.request_hold("LAPD", facts={"charge_severity": "felony"})
        self.assertProblem(self.daemon.post(f"/v1/holds/{hold['id']}/facts", {}), 400, "missing-field", "facts")
        self.daemon.command(hold["id"], "start")
        self.assertProblem(self.daemon.post(f"/v1/holds/{hold['id']}/facts", {"facts": {"age": 3}}), 409,
                           "illegal-transition")


class Asking(PolicyCase):
    def evaluate(self, name, facts, **members):
        return harness.expect(200, self.daemon.post(f"/v1/policies/{name}/evaluate",
                                                    {"facts": facts} | members))

    def test_the_list(self):
        policies = {p["name"]: p for p in harness.expect(200, self.daemon.get("/v1/policies"))["policies"]}
        self.assertEqual(list(policies), sorted(policies))
        installed = {file.stem for file in POLICIES.glob("*.policy")}
        own = {name.removesuffix(".policy") for name in FILES}
        self.assertEqual(set(policies), installed | own)
        mine = policies["lapd-test"]
        self.assertEqual((mine["title"], mine["cite"], mine["facilities"]), ("A test", "Order 1", ["LAPD"]))
        self.assertEqual(mine["versions"], [{"version": "1", "from": None, "until": None, "in_force": True,
                                             "rules": 3}])
        self.assertEqual(policies["over"]["versions"][0]["in_force"], False)

    def test_one_with_its_text(self):
        policy = harness.expect(200, self.daemon.get("/v1/policies/lapd-test"))
        self.assertEqual(policy["text"], FILES["lapd-test.policy"])
        self.assertProblem(self.daemon.get("/v1/policies/no-such"), 404, "not-found")
        self.assertProblem(self.daemon.get("/v1/policies/No%20Such"), 404, "not-found")

    def test_what_would_be_decided(self):
        told = self.evaluate("lapd-test", {"charge_severity": "felony"})
        self.assertEqual((told["decision"], told["rule"], told["version"], told["cite"]),
                         ("honor", "felony", "1", "Order 1, Sec. 2"))
        self.assertEqual(told["facts"], {"phase": "request", "charge_severity": "felony"})
        told = self.evaluate("bounded", {"phase": "start", "form": "I-247D", "served": True})
        self.assertEqual(told["clock"], {"start": "received", "limit_h": 24})
        self.assertEqual(told["facts"], {"phase": "start", "form": "I-247D", "served": True})

    def test_on_the_local_day(self):
        at = {"at": "2026-01-01T04:30:00Z"}  # still 2025 in Los Angeles
        self.assertEqual(self.evaluate("over", {}, at="2020-12-31T23:59:59Z")["decision"], "honor")
        self.assertEqual(self.evaluate("over", {}, at="2021-01-01T00:00:00Z")["decision"], "review")
        self.assertEqual(self.evaluate("over", {}, at="2021-01-01T00:00:00Z", facility="LAPD")["decision"],
                         "honor")
        self.assertIsNone(self.evaluate("over", {}, **at)["version"])

    def test_what_is_asked_wrongly(self):
        post = lambda body: self.daemon.post("/v1/policies/lapd-test/evaluate", body)
        self.assertProblem(post({"facts": {"ages": 1}}), 400, "unknown-field", "facts.ages")
        self.assertProblem(post({"fact": {}}), 400, "unknown-field", "fact")
        self.assertProblem(post({"facility": "X"}), 422, "unknown-facility", "facility")
        self.assertProblem(post({"at": "now"}), 400, "invalid-value", "at")
        self.assertProblem(self.daemon.post("/v1/policies/no-such/evaluate", {}), 404, "not-found")
        self.assertProblem(self.daemon.get("/v1/policies/lapd-test/evaluate"), 405, "method-not-allowed")
        self.assertProblem(self.daemon.post("/v1/policies", {}), 405, "method-not-allowed")

    def test_nothing_is_stored(self):
        before = harness.expect(200, self.daemon.get("/v1/"))["last_seq"]
        self.evaluate("lapd-test", {"charge_severity": "felony"})
        self.assertEqual(harness.expect(200, self.daemon.get("/v1/"))["last_seq"], before)


if __name__ == "__main__":
    unittest.main()
