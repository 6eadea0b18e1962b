# SPDX-License-Identifier: ISC
"""detainerctl policy and reload, against a daemon that answers what the test says."""

import json
import os
import pathlib
import shutil
import unittest

from ctl_case import REFUSED, UNREACHABLE, USAGE, CtlCase, FakeDaemonCase, ctl, http, impostor
from harness import short_temporary_directory

CHICAGO = {
    "name": "chicago-2012", "title": "Chicago Municipal Code 2-173", "cite": "MCC 2-173", "note": "Example.",
    "hash": "9f" * 32, "facilities": ["COOK", "DUPAGE"],
    "versions": [{"version": "2012", "from": "2012-09-12", "until": "2021-01-31", "in_force": False, "rules": 5},
                 {"version": "2021", "from": "2021-02-01", "until": None, "in_force": True, "rules": 1}]}
LUNN = {"name": "massachusetts-lunn-2017", "title": "Lunn", "cite": "", "note": "", "hash": "00" * 32,
        "facilities": [], "versions": [{"version": "1", "from": "2099-01-01", "until": None, "in_force": False,
                                        "rules": 2}]}
RULING = {"policy": "chicago-2012", "hash": "9f" * 32, "version": "2012", "decision": "honor",
          "rule": "felony conviction", "reason": "the person has a felony conviction",
          "cite": "MCC 2-173-042(b)", "clock": {"start": "received", "limit_h": 24}, "facts": {}}
ESCAPE = "\x1b]0;owned\x07"


class Policies(FakeDaemonCase):
    def test_list(self):
        said, request = self.asked(["policy", "list"], {"policies": [CHICAGO, LUNN]})
        self.assertTrue(request.startswith("GET /v1/policies HTTP/1.1\r\n"), request)
        head, chicago, lunn = said.splitlines()
        self.assertEqual(head.split(), ["NAME", "VERSION", "FROM", "UNTIL", "RULES", "FACILITIES", "TITLE"])
        self.assertRegex(chicago, r"^chicago-2012 +2021 +2021-02-01  -      1      COOK DUPAGE  Chicago M")
        self.assertRegex(lunn, r"^massachusetts-lunn-2017  none in force +- +- +- +- +Lunn$")

    def test_show(self):
        text = 'title = "Chicago"\n\tversion "2012" {}\n'
        said, request = self.asked(["policy", "show", "chicago-2012"], CHICAGO | {"text": text})
        self.assertTrue(request.startswith("GET /v1/policies/chicago-2012 HTTP/1.1\r\n"), request)
        known, shown = said.split("\n\n", maxsplit=1)
        self.assertEqual(shown, text)
        self.assertEqual(known.splitlines(), [
            "Policy         chicago-2012",
            "Title          Chicago Municipal Code 2-173",
            "Citation       MCC 2-173",
            "Note           Example.",
            "Facilities     COOK DUPAGE",
            "Version        2012, from 2012-09-12 until 2021-01-31, 5 rules",
            "Version        2021, from 2021-02-01, 1 rules, IN FORCE",
            "SHA-256        " + "9f" * 32])

    def test_a_version_without_dates(self):
        always = LUNN | {"versions": [{"version": "1", "from": None, "until": None, "in_force": True, "rules": 2}]}
        said, _ = self.asked(["policy", "show", "x"], always | {"text": "#"})
        self.assertIn("Version        1, any day, 2 rules, IN FORCE\n", said)
        self.assertTrue(said.endswith("\n\n#\n"))

    def test_a_name_stays_one_step_of_the_path(self):
        for name, step in (("../holds/1", "..%2Fholds%2F1"), ("..", ".."), ("a b?c", "a%20b%3Fc")):
            _, request = self.asked(["policy", "show", name], CHICAGO)
            self.assertTrue(request.startswith(f"GET /v1/policies/{step} HTTP/1.1\r\n"), request)

    def test_json(self):
        said, _ = self.asked(["--json", "policy", "list"], {"policies": [CHICAGO]})
        self.assertEqual(json.loads(said), {"policies": [CHICAGO]})
        said, _ = self.asked(["--json", "policy", "show", "x"], CHICAGO)
        self.assertEqual(json.loads(said), CHICAGO)

    def test_refusal(self):
        result, _ = self.ask(["policy", "show", "x"], {"detail": "no such policy", "kind": "not-found"}, 404)
        self.assertEqual((result.returncode, result.stdout), (REFUSED, ""))
        self.assertEqual(result.stderr, "detainerctl: no such policy (not-found)\n")

    def test_words_of_others_do_not_steer_the_terminal(self):
        poisoned = {key: ESCAPE for key in ("name", "title", "cite", "note", "hash", "text")} | {
            "facilities": [ESCAPE, 7], "versions": [{"version": ESCAPE, "from": ESCAPE, "in_force": True}]}
        for arguments, body in ((["policy", "show", "x"], poisoned), (["policy", "list"], {"policies": [poisoned]})):
            said, _ = self.asked(arguments, body)
            self.assertNotRegex(said, r"[\x00-\x08\x0b-\x1f]")
            self.assertIn(r"\x1b]0;owned\x07", said)

    def test_answers_of_another_shape(self):
        for body in ({}, {"policies": 1}, {"policies": [1, None, {"versions": {}}]}):
            self.asked(["policy", "list"], body)
        for body in ({}, {"versions": [None], "facilities": 3, "text": 4}):
            self.asked(["policy", "show", "x"], body)


class PolicyTest(FakeDaemonCase):
    def facts_file(self, text):
        path = pathlib.Path(self.dir, "facts.json")
        path.write_bytes(text)
        return path

    def test_tells_the_decision_and_why(self):
        path = self.facts_file(b'{"felony_conviction": true, "age": 30}')
        said, request = self.asked(["policy", "test", "chicago-2012", path], RULING)
        self.assertEqual(said.splitlines(), [
            "Decision       honor",
            "Rule           felony conviction",
            "Reason         the person has a felony conviction",
            "Citation       MCC 2-173-042(b)",
            "Clock          24 h at most, from received",
            "Policy         chicago-2012",
            "Version        2012",
            "SHA-256        " + "9f" * 32])
        head, body = request.split("\r\n\r\n")
        self.assertTrue(head.startswith("POST /v1/policies/chicago-2012/evaluate HTTP/1.1\r\n"), head)
        self.assertEqual(json.loads(body), {"facts": {"felony_conviction": True, "age": 30}})

    def test_sends_the_time_and_the_facility(self):
        path = self.facts_file(b"{}")
        _, request = self.asked(["policy", "test", "x", path, "--at", "2013-01-01T00:00:00-08:00",
                                 "--facility", "LA"], RULING)
        self.assertEqual(json.loads(request.split("\r\n\r\n")[1]),
                         {"facts": {}, "at": "2013-01-01T08:00:00Z", "facility": "LA"})

    def test_reads_standard_input(self):
        with open(self.facts_file(b'{"age": 17}'), encoding="utf-8") as facts:
            said, request = self.asked(["policy", "test", "x", "-"], RULING | {"clock": None, "cite": None},
                                       stdin=facts)
        self.assertEqual(json.loads(request.split("\r\n\r\n")[1]), {"facts": {"age": 17}})
        self.assertNotIn("Clock", said)
        self.assertNotIn("Citation", said)

    def test_json(self):
        said, _ = self.asked(["--json", "policy", "test", "x", self.facts_file(b"{}")], RULING)
        self.assertEqual(json.loads(said), RULING)

    def test_files_that_are_no_facts(self):
        for text, says in ((b"", "line 1: not JSON"), (b"{}\n{}", "line 2: not JSON"), (b"[]", "not a JSON object"),
                           (b'{"age": 1,\n"age": 2}', "line 2: not JSON: duplicate object key"),
                           (b"\xff", "line 1: not JSON"), (b'{"a":"\\u0000"}', "line 1: not JSON"), (b"{}\0", "line 1: not JSON"),
                           (b" " * 65537, "longer than 64 KiB"), (b"[" * 5000, "line 1: not JSON")):
            path = self.facts_file(text)
            result = ctl("policy", "test", "x", path, socket_path="/nonexistent")
            self.assertEqual((result.returncode, result.stdout), (USAGE, ""), text[:9])
            self.assertIn(f"detainerctl: {path}: {says}", result.stderr)
            self.assertEqual(result.stderr.count("\n"), 1)

    def test_files_that_cannot_be_read(self):
        for path, says in ((os.path.join(self.dir, "none"), "No such file"), (self.dir, "Is a directory")):
            result = ctl("policy", "test", "x", path, socket_path="/nonexistent")
            self.assertEqual((result.returncode, result.stdout), (UNREACHABLE, ""))
            self.assertIn(says, result.stderr)

    def test_refusal_and_failure(self):
        path = self.facts_file(b'{"agee": 1}')
        result, _ = self.ask(["policy", "test", "x", path],
                             {"detail": "there is no fact agee", "kind": "unknown-field"}, 400)
        self.assertEqual((result.returncode, result.stderr),
                         (REFUSED, "detainerctl: there is no fact agee (unknown-field)\n"))
        with impostor(self.dir, b"", b"") as socket_path:
            result = ctl("policy", "test", "x", path, socket_path=socket_path)
        self.assertEqual(result.returncode, UNREACHABLE)
        self.assertNotIn("may have been recorded", result.stderr)


class Reload(FakeDaemonCase):
    def test_says_what_was_loaded(self):
        counts = {"facilities": 3, "policies": 24, "calendars": 2}
        said, request = self.asked(["reload"], counts)
        self.assertTrue(request.startswith("POST /v1/reload HTTP/1.1\r\n"), request)
        self.assertEqual(said, "reloaded: 3 facilities, 24 policies, 2 calendars\n")
        said, _ = self.asked(["reload", "--json"], counts)
        self.assertEqual(json.loads(said), counts)

    def test_tells_every_mistake(self):
        mistakes = ["/etc/detainerd/a.policy:3: unknown setting", f"/etc/b.ics:7: {ESCAPE}"]
        problem = {"kind": "invalid-configuration", "detail": mistakes[0], "mistakes": mistakes}
        result, _ = self.ask(["reload"], problem, 422)
        self.assertEqual((result.returncode, result.stdout), (REFUSED, ""))
        self.assertEqual(result.stderr, f"{mistakes[0]}\n/etc/b.ics:7: \\x1b]0;owned\\x07\ndetainerctl: nothing was "
                                        "reloaded; what ran before runs on (invalid-configuration)\n")
        result, _ = self.ask(["--json", "reload"], problem, 422)
        self.assertEqual((result.returncode, json.loads(result.stderr)), (REFUSED, problem))

    def test_other_refusals(self):
        result, _ = self.ask(["reload"], {"kind": "not-found", "detail": "no such thing"}, 404)
        self.assertEqual((result.returncode, result.stderr),
                         (REFUSED, "detainerctl: no such thing (not-found)\n"))
        with impostor(self.dir, http(500, b"{}")) as path:
            self.assertEqual(ctl("reload", socket_path=path).returncode, UNREACHABLE)


class RealPolicies(CtlCase):
    """The same verbs against the real daemon."""

    POLICY = """title = "A test"
version "1" {
    until = "2019-12-31"
    rule "all" { decide = "decline" reason = "it was so" }
}
version "2" {
    from = "2020-01-01"
    rule "felony" { when = "charge_severity = 'felony'" unknown = "review" decide = "honor"
                    reason = "a felony charge" cite = "Order 1, Sec. 2" }
    rule "otherwise" { decide = "decline" reason = "a low-level charge" }
}
"""
    FACILITY = 'facility "PIERCE" { zone = "America/Los_Angeles" policy = "order-1" }\n'

    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(short_temporary_directory())
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        (cls.directory / "order-1.policy").write_text(cls.POLICY)
        cls.daemon_options = {"conf_extra": f'policies = {{"{cls.directory}"}}', "facilities": cls.FACILITY}
        super().setUpClass()

    def decide(self, facts, *options):
        path = pathlib.Path(self.directory, "facts.json")
        path.write_text(json.dumps(facts))
        return self.run_ok("policy", "test", "order-1", path, *options)

    def test_list_and_show(self):
        self.assertRegex(self.run_ok("policy", "list"), r"(?m)^order-1 +2 +2020-01-01  - +2 +PIERCE +A test$")
        said = self.run_ok("policy", "show", "order-1")
        self.assertTrue(said.endswith("\n\n" + self.POLICY), said)
        self.assertIn("Version        1, until 2019-12-31, 1 rules\n", said)
        self.assertIn("Version        2, from 2020-01-01, 2 rules, IN FORCE\n", said)

    def test_test(self):
        said = self.decide({"charge_severity": "felony"})
        self.assertIn("Decision       honor\nRule           felony\nReason         a felony charge\n"
                      "Citation       Order 1, Sec. 2\n", said)
        self.assertIn("Decision       review\n", self.decide({}))
        self.assertIn("Decision       decline\nRule           otherwise\n",
                      self.decide({"charge_severity": "infraction"}))
        at = ["--at", "2020-01-01T07:59:00Z"]
        self.assertIn("Reason         it was so\n", self.decide({}, *at, "--facility", "PIERCE"))
        self.assertIn("Decision       review\n", self.decide({}, *at))

    def test_refusals(self):
        self.assertRefused("policy", "show", "none", kind="not-found")
        self.assertRefused("policy", "show", "..", kind="not-found")
        path = pathlib.Path(self.directory, "facts.json")
        path.write_text('{"charge_severty": "felony"}')
        said = self.assertRefused("policy", "test", "order-1", path, kind="unknown-field")
        self.assertIn("charge_severity", said)

    def test_completion_asks_for_names(self):
        result = self.ctl("--complete", "policy", "show", "o")
        self.assertEqual(result.stdout, "order-1\n")

    def test_reload(self):
        self.assertRegex(self.run_ok("reload"), r"\Areloaded: 1 facilities, \d+ policies, \d+ calendars\n\Z")
        path = self.directory / "broken.policy"
        path.write_text('titel = "x"\nversion "1" {}\n')
        self.addCleanup(self.run_ok, "reload")
        self.addCleanup(path.unlink)
        result = self.ctl("reload")
        self.assertEqual((result.returncode, result.stdout), (REFUSED, ""))
        self.assertRegex(result.stderr, rf"\A{path}:1: ")
        self.assertTrue(result.stderr.endswith(
            "detainerctl: nothing was reloaded; what ran before runs on (invalid-configuration)\n"))

    def test_facts_of_a_hold(self):
        path = pathlib.Path(self.directory, "told.json")
        path.write_text('{"charge_severity": "felony", "age": 40}')
        hold = self.request(None, "PIERCE", "--facts", path)
        self.assertIn("Facts          charge_severity felony, age 40\n", self.run_ok("show", hold))
        self.assertRegex(self.run_ok("history", hold), "rule felony  because a felony charge  citation Order 1")


if __name__ == "__main__":
    unittest.main()
