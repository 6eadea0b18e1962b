# SPDX-License-Identifier: ISC
"""detainerctl watch: live events, its ends, and restarts of the daemon."""

import json
import signal
import subprocess
import threading
import unittest

from ctl_case import DONE, REFUSED, UNREACHABLE, ctl
from harness import BASE_ENVIRONMENT, DETAINERCTL, Daemon
from timing import patience


class Watcher:
    """A running `detainerctl watch` whose lines can be waited for."""

    def __init__(self, socket_path, *arguments):
        self.process = subprocess.Popen(
            [DETAINERCTL, "--socket", socket_path, *map(str, arguments)], env=BASE_ENVIRONMENT,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.overdue = threading.Timer(patience(60), self.process.kill)

    def __enter__(self):
        self.overdue.start()
        return self

    def __exit__(self, *_):
        self.overdue.cancel()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def line(self):
        return self.process.stdout.readline()

    def message(self):
        return self.process.stderr.readline()

    def end(self, number=None):
        """Sends the signal, if one is given; returns (exit status, rest of output, rest of messages)."""
        if number:
            self.process.send_signal(number)
        out, err = self.process.communicate(timeout=patience(60))
        return self.process.returncode, out, err


class Watch(unittest.TestCase):
    def setUp(self):
        self.daemon = self.enterContext(Daemon())
        self.hold = self.daemon.create("W-1")["id"]

    def watch(self, *arguments):
        watcher = self.enterContext(Watcher(self.daemon.socket, "watch", *arguments))
        self.assertRegex(watcher.message(), r"\Adetainerctl: watching after event \d+\n\Z")
        return watcher

    def note(self, text="x"):
        return self.daemon.command(self.hold, "note", text=text)

    def test_begins_now_and_shows_events_at_once(self):
        watcher = self.watch()
        for text in ("one", "two"):
            self.note(text)
            self.assertRegex(watcher.line(), rf"hold\.noted .* W-1 .* note {text}\b")
        self.assertEqual(watcher.end(signal.SIGINT), (DONE, "", ""))

    def test_begins_after_a_number(self):
        self.note("old")
        watcher = self.watch("--after", 0)
        self.assertRegex(watcher.line(), r"\A +1  .* hold\.lodged")
        self.assertRegex(watcher.line(), r"\A +2  .* hold\.noted")
        self.assertEqual(watcher.end(signal.SIGTERM), (DONE, "", ""))

    def test_times_are_those_of_the_facility(self):
        watcher = self.watch("--after", 0, "--count", 1)
        self.assertRegex(watcher.line(), r"\d\d:\d\d:\d\d -0[78]:00  hold.lodged")

    def test_count(self):
        for _ in range(3):
            self.note()
        status, out, _ = self.watch("--after", 0, "--count", 2).end()
        self.assertEqual((status, out.count("\n")), (DONE, 2))

    def test_wait_is_over(self):
        self.assertEqual(self.watch("--wait", 0).end(), (DONE, "", ""))
        self.assertEqual(self.watch("--wait", 1).end(), (DONE, "", ""))
        status, out, err = self.watch("--wait", 1, "--count", 2, "--after", 0).end()
        self.assertEqual((status, out.count("\n")), (REFUSED, 1))
        self.assertIn("1 of 2 events did not come", err)

    def test_wait_0_prints_all_there_is(self):
        for _ in range(250):
            self.note()
        status, out, _ = self.watch("--after", 0, "--wait", 0).end()
        self.assertEqual((status, out.count("\n")), (DONE, 251))

    def test_json_is_a_line_per_event(self):
        watcher = self.watch("--json", "--after", 0)
        self.assertEqual(json.loads(watcher.line()), self.daemon.get("/v1/events").json["events"][0])
        self.note("zwei")
        self.assertEqual(json.loads(watcher.line())["text"], "zwei")

    def test_keeps_its_place_across_restarts(self):
        watcher = self.watch("--json", "--after", 0)
        numbers = [json.loads(watcher.line())["seq"]]
        for restart in (self.daemon.stop, self.daemon.kill):
            restart()
            self.assertIn("lost detainerd at", watcher.message())
            self.daemon.start()
            self.note("one")
            self.note("two")
            numbers += [json.loads(watcher.line())["seq"] for _ in range(2)]
            self.assertIn("detainerd is back", watcher.message())
        self.assertEqual(numbers, [1, 2, 3, 4, 5])
        self.assertEqual(watcher.end(signal.SIGINT), (DONE, "", ""))

    def test_can_be_left_while_the_daemon_is_away(self):
        watcher = self.watch()
        self.daemon.stop()
        self.assertIn("lost detainerd at", watcher.message())
        self.assertEqual(watcher.end(signal.SIGINT), (DONE, "", ""))

    def test_wait_ends_while_the_daemon_is_away(self):
        watcher = self.watch("--wait", 1)
        self.daemon.stop()
        status, out, _ = watcher.end()
        self.assertIn(status, (UNREACHABLE, DONE))  # DONE where the second was over before the stop
        self.assertEqual(out, "")

    def test_another_history_is_noticed(self):
        result = ctl("watch", "--after", 1000, socket_path=self.daemon.socket)
        self.assertEqual(result.returncode, REFUSED)
        self.assertIn("the history ends at 1, before 1000", result.stderr)


if __name__ == "__main__":
    unittest.main()
