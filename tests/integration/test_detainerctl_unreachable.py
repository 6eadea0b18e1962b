# SPDX-License-Identifier: ISC
"""detainerctl where there is no daemon, or something else in its place."""

import os
import socket
import subprocess
import tempfile
import unittest

from ctl_case import DONE, REFUSED, UNREACHABLE, ctl, http, impostor
from harness import DETAINERCTL


class Unreachable(unittest.TestCase):
    def setUp(self):
        self.dir = self.enterContext(tempfile.TemporaryDirectory(prefix="ctl-"))
        self.path = os.path.join(self.dir, "sock")

    def assertUnreachable(self, *says, command=("status",), path=None):
        """Says why, with all of these words, and exits accordingly; returns what it said."""
        result = ctl("--socket", path or self.path, *command, socket_path="/not/this/one")
        self.assertEqual((result.returncode, result.stdout), (UNREACHABLE, ""), result)
        self.assertIn(f"cannot talk to detainerd at {path or self.path}: ", result.stderr)
        for text in says:
            self.assertIn(text, result.stderr)
        return result.stderr

    def test_no_socket(self):
        self.assertUnreachable("no such socket", "Is detainerd running?", "DETAINERD_SOCKET")
        for command in (["list"], ["show", 1], ["history", 1], ["watch"], ["watch", "--after", 0],
                        ["start", 1], ["request", "--booking", "B", "--facility", "F"]):
            self.assertUnreachable("no such socket", command=command)

    def test_nobody_listens(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.path)
        self.assertUnreachable("nothing listens there", "Is detainerd running?")

    def test_kept_out(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to become somebody else")
        listener = self.enterContext(socket.socket(socket.AF_UNIX))
        listener.bind(self.path)
        listener.listen()
        os.chmod(self.path, 0o660)
        os.chmod(self.dir, 0o755)
        if subprocess.run([DETAINERCTL, "--version"], user=65534, group=65534, extra_groups=[],
                          capture_output=True, check=False).returncode != 0:
            self.skipTest("nobody may not run the program where it lies")
        result = ctl("--socket", self.path, "status", user=65534, group=65534, extra_groups=[])
        self.assertEqual(result.returncode, UNREACHABLE)
        self.assertIn("permission denied", result.stderr)
        self.assertIn("Its mode, or that of its directory, keeps you out", result.stderr)

    def test_path_too_long(self):
        self.assertUnreachable("path that long", path="/" + "x" * 120)

    def assertImpostorNoticed(self, answer, *says, command=("status",)):
        with impostor(self.dir, answer, answer) as path:
            return self.assertUnreachable(*says, command=command, path=path)

    def test_not_detainerd(self):
        for answer in (b"SSH-2.0-OpenSSH_9.2\r\n", http(200, b"hello"), http(200, b"[]"), http(200, b"")):
            self.assertImpostorNoticed(answer, "what answered is not detainerd")

    def test_connection_broken_before_the_answer(self):
        for answer in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"):
            said = self.assertImpostorNoticed(answer, "broke the connection", command=["transfer", 1])
            self.assertIn("may have been recorded", said)
            # A question leaves no doubt of that kind.
            self.assertNotIn("recorded", self.assertImpostorNoticed(answer, "broke the connection"))

    def test_storage_failed(self):
        body = b'{"kind":"storage-failed","detail":"the disk is full","status":503}'
        with impostor(self.dir, http(503, body)) as path:
            result = ctl("transfer", 1, socket_path=path)
        self.assertEqual(result.returncode, UNREACHABLE)
        self.assertEqual(result.stderr, "detainerctl: the disk is full (storage-failed)\n")

    def test_refusal_without_a_reason(self):
        with impostor(self.dir, http(418, b"{}")) as path:
            result = ctl("status", socket_path=path)
        self.assertEqual(result.returncode, REFUSED)
        self.assertEqual(result.stderr,
                         "detainerctl: HTTP status 418, with no reason given (unknown)\n")

    def test_a_daemon_that_says_less(self):
        for command in ("status", "list", ["show", 1], ["transfer", 1]):
            with impostor(self.dir, http(200, b"{}")) as path:
                result = ctl(*([command] if isinstance(command, str) else command), socket_path=path)
            self.assertEqual((result.returncode, result.stderr), (DONE, ""), command)

    def test_proxies_are_not_for_us(self):
        with impostor(self.dir, http(200, b'{"version":"9"}')) as path:
            result = ctl("status", socket_path=path, env={"http_proxy": "http://127.0.0.1:1/"})
        self.assertEqual(result.returncode, DONE, result.stderr)
        self.assertIn("detainerd      9", result.stdout)


if __name__ == "__main__":
    unittest.main()
