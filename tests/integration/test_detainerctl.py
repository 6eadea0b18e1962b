# SPDX-License-Identifier: ISC
"""detainerctl: its command line, and what it exits with and prints for each command."""

import json
import re
import unittest

from ctl_case import COMMANDS, DONE, LOCAL, REFUSED, UNREACHABLE, USAGE, CtlCase, ctl
from harness import REPOSITORY
from timing import ago


class CommandLine(unittest.TestCase):
    """What needs no daemon."""

    def assertUsage(self, *arguments, says):
        result = ctl(*arguments, socket_path="/nonexistent")
        self.assertEqual((result.returncode, result.stdout), (USAGE, ""), result)
        self.assertTrue(result.stderr.startswith("detainerctl: "), result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertIn(says, result.stderr)

    def assertNarrow(self, text):
        for line in text.split("\n"):
            self.assertLessEqual(len(line), 80, line)
            self.assertEqual(line, line.rstrip())

    def test_overview(self):
        for arguments in (["--help"], ["-h"], ["help"]):
            result = ctl(*arguments)
            self.assertEqual((result.returncode, result.stderr), (DONE, ""))
            for command in COMMANDS:
                self.assertRegex(result.stdout, rf"(?m)^  {command} +\S")
            self.assertIn("Exit status:", result.stdout)
            self.assertNarrow(result.stdout)

    def test_help_of_every_command(self):
        for command in COMMANDS:
            with self.subTest(command=command):
                result = ctl(*command.split(), "--help")
                self.assertEqual((result.returncode, result.stderr), (DONE, ""))
                self.assertRegex(result.stdout, rf"\AUsage: detainerctl {command}\b")
                self.assertRegex(result.stdout, rf"\nExample:\n  detainerctl {command}\b")
                self.assertEqual(result.stdout, ctl("help", *command.split()).stdout)
                self.assertNarrow(result.stdout)

    def test_help_of_commands_that_belong_together(self):
        for arguments in (["policy", "--help"], ["--help", "policy"], ["help", "policy"]):
            result = ctl(*arguments)
            self.assertEqual((result.returncode, result.stderr), (DONE, ""))
            self.assertEqual(re.findall(r"(?m)^  (policy \w+)", result.stdout),
                             ["policy list", "policy show", "policy test"])
            self.assertNarrow(result.stdout)

    def test_help_lists_options_and_values(self):
        text = ctl("close", "--help").stdout
        self.assertRegex(text, r"--reason REASON +how the person left\n +bonded, died, escaped")
        self.assertRegex(text, r"--at TIME +when it happened; default now")

    def test_version(self):
        result = ctl("--version")
        self.assertEqual(result.returncode, DONE)
        self.assertRegex(result.stdout, r"\Adetainerctl \d+\.\d+\.\d+\n\Z")

    def test_manual_page_names_every_command_and_option(self):
        page = (REPOSITORY / "docs" / "detainerctl.1").read_text()
        for command in COMMANDS:
            self.assertRegex(page, rf"(?m)^\.It Cm {command}\b")
            for option in re.findall(r"(?m)^  --([\w-]+)", ctl(*command.split(), "--help").stdout):
                self.assertRegex(page, rf"Fl -{option}\b")

    def test_says_what_is_missing(self):
        self.assertUsage(says="say what to do")
        self.assertUsage("start", says="needs the id of a hold")
        self.assertUsage("request", "--booking", "B", says="request needs --facility")
        self.assertUsage("policy", says="policy: say what to do")
        self.assertUsage("policy", "show", says="policy show needs the name of a policy")
        self.assertUsage("policy", "test", "lunn", says="a file: detainerctl policy test NAME FILE")
        self.assertUsage("deadline", "--facility", "F", says="deadline needs --eligible-at")
        self.assertUsage("close", "1", says="close needs --reason")
        self.assertUsage("start", "1", "--reason", says="--reason needs a value")
        self.assertUsage("note", "1", "--text", "--json", says="--text needs a value")

    def test_asks_what_was_meant(self):
        self.assertUsage("transfr", "1", says='did you mean "transfer"?')
        self.assertUsage("polcy", says='did you mean "policy"?')
        self.assertUsage("policy", "lst", says='did you mean "policy list"?')
        self.assertUsage("start", "1", "--eligble-at", "now", says="did you mean --eligible-at?")
        self.assertUsage("close", "1", "--reason", "bond", says="did you mean bonded?")
        self.assertUsage("list", "--state", "hold", says="did you mean held?")

    def test_refuses_what_is_not_known(self):
        self.assertUsage("gibberish", says="see detainerctl --help")
        self.assertUsage("policy", "gibberish", says="see detainerctl policy --help")
        self.assertUsage("policy", "help", says='there is no command "policy help"')
        self.assertUsage("--gibberish", says="there is no option --gibberish")
        self.assertUsage("list", "-x", says="there is no option -x")
        self.assertUsage("close", "1", "--reason", "gibberish", says="not one of bonded, died")
        self.assertUsage("transfer", "1", "--reason", "x", says="transfer: there is no option --reason")
        self.assertUsage("show", "1", "2", says="one word too many")
        self.assertUsage("list", "1", says="one word too many")
        self.assertUsage("policy", "list", "1", says="one word too many")
        self.assertUsage("policy", "test", "a", "b", "c", says="one word too many")
        self.assertUsage("start", "1", "--reason=other", "--reason=other", says="given twice")
        self.assertUsage("list", "--open", "--state", "held", says="not both")

    def test_refuses_bad_values(self):
        for hold in ("x", "0", "1x", "", "9" * 30):
            self.assertUsage("show", hold, says="is not the id of a hold")
        self.assertUsage("policy", "show", "", says='"" is not the name of a policy')
        self.assertUsage("policy", "test", "a", "", says='"" is not a file')
        self.assertUsage("list", "--limit", "0", says="must be at least 1")
        self.assertUsage("watch", "--after", "x", says="is not a whole number")
        self.assertUsage("serve", "1", "--at", "yesterday", says="is not a time")
        self.assertUsage("serve", "1", "--at", "-2d", says="is not a length of time")
        self.assertUsage("serve", "1", "--at", "2026-11-24T09:00:00", says="has no offset")
        self.assertUsage("serve", "1", "--at", "2026-02-30T09:00:00Z", says="names no real date")
        self.assertUsage("note", "1", "--text", b"\xff".decode(errors="surrogateescape"),
                         says="--text is not valid UTF-8")

    def test_words_of_the_line_reach_the_terminal_escaped(self):
        self.assertUsage("\x1b[2J", says=r"\x1b[2J")


class Commands(CtlCase):
    def test_request_with_everything(self):
        booking = self.booking()
        hold = self.hold(self.request(
            booking, "PIERCE", "--form", "I-247D", "--issued-at", "-3h", "--ice-office", "Seattle & Co",
            "--ice-warrant", "I-205", "--booked-at", "-5h", "--received-at=-2h"))
        self.assertEqual(
            [hold[key] for key in ("booking", "form", "ice_office", "ice_warrant", "state")],
            [booking, "I-247D", "Seattle & Co", "I-205", "lodged"])
        self.assertLess(hold["booked_at"], hold["issued_at"])
        self.assertLess(hold["issued_at"], hold["received_at"])

    def test_tells_the_hold_in_a_sentence(self):
        booking = self.booking()
        said = self.run_ok("request", "--booking", booking, "--facility", "PIERCE")
        self.assertRegex(said, rf"\Ahold \d+ \({booking} at PIERCE\) is lodged\n\Z")
        hold = re.search(r"\d+", said)[0]
        said = self.run_ok("start", hold, "--eligible-at", "-47h59min")
        self.assertRegex(said, rf"is held, deadline {LOCAL}, \d+ s left\n\Z")
        said = self.run_ok("transfer", hold)
        self.assertRegex(said, r"is transferred\n\Z")

    def test_a_start_long_ago_is_expired_at_once(self):
        said = self.run_ok("start", self.request(), "--eligible-at", "-51h12min")
        self.assertRegex(said, r"is expired, overdue 3 h 12 min\n\Z")

    def test_relative_times_are_exact(self):
        hold = self.request()
        before = ago(hours=47, minutes=59, seconds=40)
        self.run_ok("start", hold, "--eligible-at", "-47h59min40s", "--reason", "sentence_served")
        after = ago(hours=47, minutes=59, seconds=40)
        shown = self.hold(hold)
        self.assertTrue(before[:23] <= shown["eligible_at"][:23] <= after[:23], shown)
        self.assertEqual(shown["eligible_reason"], "sentence_served")

    def test_life_of_a_hold(self):
        hold = self.request()
        self.assertIsNone(self.hold(hold)["served_at"])
        self.run_ok("serve", hold, "--at", "now")
        self.assertIsNotNone(self.hold(hold)["served_at"])
        self.run_ok("note", hold, "--text", "called; nobody answered — twice")
        self.run_ok("start", hold, "--reason", "own_recognizance")
        self.run_ok("correct", hold, "--eligible-at", "-1h", "--reason", "court minutes")
        said = self.run_ok("schedule", hold, "--pickup-at", "+60h")
        self.assertIn("do not wait for it", said)
        self.assertTrue(self.hold(hold)["transfer_conflict"])
        self.run_ok("release", hold, "--reason", "time ran out")
        kinds = [event["kind"] for event in self.daemon.get(f"/v1/holds/{hold}/events").json["events"]]
        self.assertEqual(kinds, ["hold.lodged", "hold.served", "hold.noted", "hold.started",
                                 "hold.corrected", "transfer.scheduled", "hold.released"])

    def test_decide(self):
        hold = self.request(None, "REVIEW")
        self.assertEqual(self.hold(hold)["state"], "pending")
        self.run_ok("decide", hold, "--decision", "decline", "--reason", "no judicial warrant")
        self.assertEqual(self.hold(hold)["state"], "declined")

    def test_cancel_and_close(self):
        hold = self.request()
        self.run_ok("cancel", hold, "--lift-code", "L", "--reason", "lifted")
        self.assertEqual((self.hold(hold)["state"], self.hold(hold)["lift_code"]), ("cancelled", "L"))
        hold = self.request()
        self.run_ok("close", hold, "--reason", "other_agency")
        self.assertEqual(self.hold(hold)["state"], "closed")

    def test_json_is_what_the_daemon_says(self):
        hold = self.request()
        said = self.run_ok("serve", hold, "--json")
        self.assertEqual(json.loads(said), self.hold(hold))
        self.assertEqual(said.count("\n"), 1)

    def test_refusals(self):
        hold = self.request()
        said = self.assertRefused("transfer", hold, kind="illegal-transition")
        self.assertIn("lodged", said)
        self.assertRefused("show", 999999999, kind="not-found")
        self.assertRefused("history", 999999999, kind="not-found")
        self.assertRefused("start", hold, "--eligible-at", "+2h", kind="time-in-future")
        self.assertRefused("request", "--booking", "x" * 65, "--facility", "PIERCE",
                           kind="invalid-value")
        self.assertRefused("request", "--booking", "x", "--facility", "NOWHERE",
                           kind="unknown-facility")

    def test_refusal_as_json(self):
        result = self.ctl("--json", "transfer", self.request())
        self.assertEqual((result.returncode, result.stdout), (REFUSED, ""))
        self.assertEqual(json.loads(result.stderr)["kind"], "illegal-transition")

    def test_output_that_cannot_be_written_is_no_success(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            result = self.ctl("status", stdout=full)
        self.assertEqual(result.returncode, UNREACHABLE)
        self.assertIn("cannot write: No space left", result.stderr)


if __name__ == "__main__":
    unittest.main()
