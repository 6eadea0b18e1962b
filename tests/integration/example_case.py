# SPDX-License-Identifier: ISC
"""What an example of a client must do, whatever language it is in: records.* in examples/."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from flaky_proxy import CUT_ANSWER, LOST_ANSWER, LOST_REQUEST, OVERLOADED, FlakyProxy
from harness import BASE_ENVIRONMENT, REPOSITORY, DaemonCase, ago, short_temporary_directory
from timing import patience, wait_until

EXAMPLES = REPOSITORY / "examples"

# Each kind of call meets trouble, and no command does anything twice.
FAULTS = {
    "POST holds": [LOST_ANSWER],
    "POST start": [CUT_ANSWER],
    "GET events": [OVERLOADED],
    "POST release": [LOST_REQUEST],
}


class ExampleCase(DaemonCase):
    """Subclasses say how their example is run."""

    command = None  # a list of words
    environment = {}
    talks_of_retries = False  # whether it tells on standard error what went wrong before it went well

    @classmethod
    def setUpClass(cls):
        if cls.command is None:
            raise unittest.SkipTest("no example of its own")
        if not shutil.which(cls.command[0]):
            raise unittest.SkipTest(f"{cls.command[0]} is not installed")
        super().setUpClass()

    def setUp(self):
        self.dir = short_temporary_directory()
        self.addCleanup(shutil.rmtree, self.dir)
        self.cursor = pathlib.Path(self.dir, "cursor")

    def start(self, proxy, *arguments):
        environment = BASE_ENVIRONMENT | {"DETAINERD_SOCKET": proxy.path} | self.environment
        return subprocess.Popen([*self.command, *arguments], env=environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def finish(self, process):
        """Returns its exit status, output and messages."""
        out, err = process.communicate(timeout=patience(60))
        return process.returncode, out, err

    def proxy(self, faults=None):
        return self.enterContext(FlakyProxy(os.path.join(self.dir, "proxy"), self.daemon.socket, faults))

    def kinds(self, hold):
        return [event["kind"] for event in self.daemon.events(hold)]

    def test_from_the_detainer_to_the_release(self):
        """Through all kinds of trouble; and once more, as after a crash, which changes nothing."""
        booking = self.booking()
        arguments = [booking, "PIERCE", ago(hours=2), str(self.cursor)]
        with FlakyProxy(os.path.join(self.dir, "proxy"), self.daemon.socket, FAULTS) as proxy:
            process = self.start(proxy, *arguments)
            self.addCleanup(process.kill)
            wait_until(lambda: "GET events" in proxy.calls() or process.poll() is not None, 60, "a poll")
            hold = self.daemon.get(f"/v1/holds?booking={booking}").json["holds"][0]["id"]
            self.daemon.command(hold, "cancel", lift_code="L")
            status, out, err = self.finish(process)
            self.assertEqual((status, "" if self.talks_of_retries else err), (0, ""), err)
            self.assertRegex(out, rf"\Ahold {hold} is lodged\nhold {hold} is held, deadline \S+Z\n"
                             rf"(event \d+ hold\.\w+\n)+hold {hold} is released\n\Z")
            self.assertEqual(re.findall(r"event \d+ (\S+)", out),
                             ["hold.lodged", "hold.started", "hold.cancelled", "hold.expired"])
            self.assertCareful(proxy.requests)
        self.assertEqual(self.kinds(hold), ["hold.lodged", "hold.started", "hold.cancelled", "hold.expired",
                                            "hold.released"])
        self.assertEqual(len(self.daemon.get(f"/v1/holds?booking={booking}").json["holds"]), 1)
        self.assertGreater(int(self.cursor.read_text()), 3)

        with FlakyProxy(os.path.join(self.dir, "again"), self.daemon.socket) as proxy:
            status, out, err = self.finish(self.start(proxy, *arguments))
        self.assertEqual((status, err), (0, ""))
        self.assertTrue(out.endswith(f"hold {hold} is released\n"), out)
        self.assertEqual(len(self.kinds(hold)), 5)

    def assertCareful(self, requests):
        """One key for all tries of a command and no other; and each knows which hold it means."""
        commands = [request for request in requests if request.method == "POST"]
        keys = {}
        for request in commands:
            keys.setdefault(request.headers["Idempotency-Key"], set()).add((request.path, request.body))
            self.assertEqual(request.headers.get_content_type(), "application/json")
            self.assertIsInstance(json.loads(request.body), dict)
            if request.call != "POST holds":
                self.assertRegex(request.headers["If-Match"], r'\A"\d+"\Z')
        self.assertNotIn(None, keys)
        self.assertEqual([len(same) for same in keys.values()], [1, 1, 1])
        self.assertEqual([request.call for request in commands],
                         ["POST holds"] * 2 + ["POST start"] * 2 + ["POST release"] * 2)

    def test_a_refusal_is_told_and_not_repeated(self):
        proxy = self.proxy()
        status, out, err = self.finish(self.start(proxy, self.booking(), "NOWHERE", ago(hours=2),
                                                  str(self.cursor)))
        self.assertEqual((status, out), (1, ""))
        self.assertRegex(err, r"no facility \"NOWHERE\" is configured.* \(422 unknown-facility\)\n\Z")
        self.assertEqual(proxy.calls(), ["POST holds"])
