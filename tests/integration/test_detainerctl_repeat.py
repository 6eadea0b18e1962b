# SPDX-License-Identifier: ISC
"""detainerctl --key and --if-match; and that a command whose answer got lost is sent again, by itself
or by hand, and recorded once."""

import contextlib
import os
import pathlib
import re
import socket
import threading
import unittest

from ctl_case import DONE, UNREACHABLE, USAGE, CtlCase, FakeDaemonCase, ctl, http, impostor
from harness import patience

UUID_7 = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
BROKEN = b""


def key_of(request):
    return re.search(r'(?m)^Idempotency-Key: "([^"]*)"\r$', request).group(1)


class Keys(FakeDaemonCase):
    def try_with(self, answers, *arguments):
        """Runs a command against answers, in turn; returns what it did and the requests that it sent."""
        requests = []
        with impostor(self.dir, *answers, requests=requests) as path:
            result = ctl(*arguments, socket_path=path)
        return result, requests

    def test_every_post_has_a_new_key(self):
        keys = []
        facts = pathlib.Path(self.dir, "facts")
        facts.write_text("{}", encoding="utf-8")
        for arguments in (["transfer", 1], ["transfer", 1], ["request", "--booking", "B", "--facility", "F"],
                          ["reload"], ["policy", "test", "lunn", facts]):
            keys.append(key_of(self.ask(arguments, {})[1]))
            self.assertRegex(keys[-1], rf"\A{UUID_7}\Z")
        self.assertEqual(len(set(keys)), len(keys))

    def test_reads_have_none(self):
        self.assertNotIn("Idempotency-Key", self.ask(["show", 1], {})[1])

    def test_sent_again_when_the_connection_breaks(self):
        for broken in (BROKEN, b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"):
            result, requests = self.try_with((broken, http(200, b"{}")), "transfer", 1, "--at", "-1h")
            self.assertEqual((result.returncode, result.stderr), (DONE, ""))
            self.assertEqual(len(requests), 2)
            self.assertEqual(requests[0], requests[1])

    def test_sent_again_but_once(self):
        result, requests = self.try_with((BROKEN, BROKEN, http(200, b"{}")), "transfer", 1)
        self.assertEqual((result.returncode, len(requests)), (UNREACHABLE, 2))
        self.assertIn(f"Repeat it with --key {key_of(requests[0])}: then it is recorded once.", result.stderr)

    def test_reads_are_not_sent_again(self):
        result, requests = self.try_with((BROKEN, http(200, b"{}")), "show", 1)
        self.assertEqual((result.returncode, len(requests)), (UNREACHABLE, 1))

    def test_an_answer_is_an_answer(self):
        body = b'{"kind":"overloaded","detail":"try again","status":503}'
        result, requests = self.try_with((http(503, body), http(200, b"{}")), "transfer", 1)
        self.assertEqual((result.returncode, len(requests)), (UNREACHABLE, 1))

    def test_given_key_and_revision(self):
        request = self.ask(["transfer", 1, "--key", "import:17", "--if-match", 3], {})[1]
        self.assertEqual(key_of(request), "import:17")
        self.assertIn('\r\nIf-Match: "3"\r\n', request)
        request = self.ask(["transfer", 1], {})[1]
        self.assertNotIn("If-Match", request)

    def test_keys_and_revisions_that_cannot_be(self):
        for option in ("--key=a b", "--key=", "--key=caf\u00e9", "--key=a\nX-Y: z", "--key=" + "k" * 129, "--if-match=x",
                       "--if-match=0"):
            with self.subTest(option):
                result = ctl("transfer", 1, option, socket_path="/not/there")
                self.assertEqual(result.returncode, USAGE, result)
                self.assertIn(option.split("=")[0], result.stderr)
        for arguments in (["request", "--if-match", "1"], ["list", "--key", "k"], ["reload", "--key", "k"]):
            result = ctl(*arguments, socket_path="/not/there")
            self.assertEqual(result.returncode, USAGE)
            self.assertIn(f"there is no option {arguments[1]}", result.stderr)


class Recorded(CtlCase):
    @contextlib.contextmanager
    def lossy(self, losses):
        """A way to the daemon on which the first answers get lost: the command arrives, and the connection
        breaks."""
        path = os.path.join(self.daemon.dir, "lossy")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen()

        def serve():
            for loss in [True] * losses + [False]:
                try:
                    client = listener.accept()[0]
                except OSError:
                    return
                with client, self.daemon.connect() as daemon:
                    daemon.sendall(client.recv(65536))
                    answer = daemon.recv(65536)
                    if not loss:
                        client.sendall(answer)
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield path
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(patience(60))
            listener.close()
            os.unlink(path)

    def holds_on(self, booking):
        return self.daemon.get(f"/v1/holds?booking={booking}").json["holds"]

    def test_lost_answer(self):
        booking = self.booking()
        with self.lossy(1) as path:
            result = ctl("request", "--booking", booking, "--facility", "PIERCE", socket_path=path)
        self.assertEqual((result.returncode, result.stderr), (DONE, ""))
        hold, = self.holds_on(booking)
        self.assertIn(f"hold {hold['id']} ", result.stdout)

    def test_two_lost_answers_and_by_hand(self):
        booking = self.booking()
        command = ["request", "--booking", booking, "--facility", "PIERCE"]
        with self.lossy(2) as path:
            result = ctl(*command, socket_path=path)
        self.assertEqual(result.returncode, UNREACHABLE)
        key = re.search(rf"--key ({UUID_7}):", result.stderr).group(1)
        hold, = self.holds_on(booking)
        self.assertIn(f"hold {hold['id']} ", self.run_ok(*command, "--key", key))
        self.assertEqual(len(self.holds_on(booking)), 1)

    def test_same_key_for_something_else(self):
        hold, key = self.request(), f"ctl-{self.booking()}"
        self.run_ok("note", hold, "--text", "one", "--key", key)
        self.assertRefused("note", hold, "--text", "two", "--key", key, kind="idempotency-key-reused")

    def test_revision(self):
        hold = self.request()
        self.assertRegex(self.run_ok("show", hold), r"(?m)^Revision +1$")
        self.run_ok("serve", hold, "--if-match", 1)
        said = self.assertRefused("start", hold, "--if-match", 1, kind="precondition-failed")
        self.assertIn("revision 2", said)
        self.run_ok("start", hold, "--if-match", 2)


if __name__ == "__main__":
    unittest.main()
