# SPDX-License-Identifier: ISC
"""The configuration file: every mistake is refused with its file and line, naming the thing."""

import http.client
import os
import pathlib
import re
import shutil
import subprocess
import unittest

import harness
from harness import DETAINERD, Daemon

FACILITY = 'facility "PIERCE" {\n    zone = "America/Los_Angeles"\n    policy = "always-honor"\n}\n'
HEAD = 'socket = "/tmp/x/s"\ndatabase = "/tmp/x/d"\n'

# (line that is wrong, counted from 1; configuration; word the message must hold)
MISTAKES = {
    "unknown key": (3, HEAD + "colour = 1\n" + FACILITY, "colour"),
    "unknown key in a facility": (4, HEAD + 'facility "A" {\n    colour = "red"\n}\n', "colour"),
    "syntax": (4, HEAD + "http_threads\n= = 3\n" + FACILITY, ""),
    "unclosed facility": (None, HEAD + 'facility "A" {\n    zone = "UTC"\n', ""),
    "unclosed string": (None, HEAD + 'facility "A" {\n    zone = "UTC\n}\n', ""),
    "no facility": (None, HEAD, "facility"),
    "zone": (4, HEAD + FACILITY.replace("Los_Angeles", "Los_Angles"), "America/Los_Angles"),
    "no zone": (None, HEAD + 'facility "A" {\n    policy = "always-honor"\n}\n', "zone"),
    "no policy": (None, HEAD + 'facility "A" {\n    zone = "UTC"\n}\n', "policy"),
    "policy": (5, HEAD + FACILITY.replace("always-honor", "sometimes"), "sometimes"),
    "facility twice": (None, HEAD + FACILITY + FACILITY, "PIERCE"),
    "facility without id": (None, HEAD + FACILITY.replace('"PIERCE"', '""'), "facility"),
    "facility id too long": (None, HEAD + FACILITY.replace("PIERCE", "P" * 33), "P" * 32),
    "rung 0": (3, HEAD + 'warnings = {"0s"}\n' + FACILITY, "0s"),
    "rung beyond 48 h": (3, HEAD + 'warnings = {"49h"}\n' + FACILITY, "49h"),
    "rung twice": (3, HEAD + 'warnings = {"1h", "60min"}\n' + FACILITY, "60min"),
    "rung without unit": (3, HEAD + 'warnings = {"24"}\n' + FACILITY, "24"),
    "rung of days": (3, HEAD + 'warnings = {"1d"}\n' + FACILITY, "1d"),
    "negative rung": (3, HEAD + 'warnings = {"-1h"}\n' + FACILITY, "-1h"),
    "too many rungs": (3, HEAD + "warnings = {" + ", ".join(f'"{n}min"' for n in range(1, 18)) + "}\n"
                       + FACILITY, "warnings"),
    "rung of a facility": (6, HEAD + FACILITY.replace("}", '    warnings = {"72h"}\n}'), "72h"),
    "grace": (6, HEAD + FACILITY.replace("}", '    transfer_grace = "soon"\n}'), "soon"),
    "threads 0": (3, HEAD + "http_threads = 0\n" + FACILITY, "http_threads"),
    "threads 65": (3, HEAD + "http_threads = 65\n" + FACILITY, "http_threads"),
    "threads text": (3, HEAD + 'http_threads = "two"\n' + FACILITY, "http_threads"),
    "connections 15": (3, HEAD + "max_connections = 15\n" + FACILITY, "max_connections"),
    "connections 65537": (3, HEAD + "max_connections = 65537\n" + FACILITY, "max_connections"),
    "connections of a user": (3, HEAD + "max_connections_per_user = 0\n" + FACILITY, "max_connections_per_user"),
    "requests of a user": (3, HEAD + "max_requests_per_user = 1000001\n" + FACILITY, "max_requests_per_user"),
    "idle 0s": (3, HEAD + 'idle_timeout = "0s"\n' + FACILITY, "idle_timeout"),
    "idle 2h": (3, HEAD + 'idle_timeout = "2h"\n' + FACILITY, "idle_timeout"),
    "idle number": (3, HEAD + "idle_timeout = 60\n" + FACILITY, "60"),
    "empty socket": (1, HEAD.replace("/tmp/x/s", "") + FACILITY, "socket"),
    "empty database": (2, HEAD.replace("/tmp/x/d", "") + FACILITY, "database"),
    "role": (3, HEAD + 'role "clerk" { users = {"0"} }\n' + FACILITY, "records, supervisor, auditor, monitor, courier, admin"),
    "role without anybody": (3, HEAD + 'role "records" { }\n' + FACILITY, "nobody has it"),
    "role twice": (4, HEAD + 'role "records" { users = {"0"} }\nrole "records" { users = {"1"} }\n' + FACILITY, "a second time"),
    "group": (3, HEAD + 'role "records" { groups = {"no-such-group"} }\n' + FACILITY, "no-such-group"),
    "user": (3, HEAD + 'role "records" { users = {"root", "no-such-user"} }\n' + FACILITY, "no-such-user"),
    "user without a name": (3, HEAD + 'role "records" { users = {""} }\n' + FACILITY, "users"),
    "number of a user": (3, HEAD + 'role "records" { users = {"4294967295"} }\n' + FACILITY, "4294967295"),
    "listen nowhere": (3, HEAD + 'listen "read.sock" { roles = {"monitor"} }\n' + FACILITY, "whole path"),
    "listen too long": (3, HEAD + f'listen "/tmp/{"s" * 120}" {{ roles = {{"monitor"}} }}\n' + FACILITY, "room for 107"),
    "listen without roles": (3, HEAD + 'listen "/tmp/x/r" { }\n' + FACILITY, "roles"),
    "listen with an unknown role": (3, HEAD + 'listen "/tmp/x/r" { roles = {"reader"} }\n' + FACILITY, '"reader" is no role: there are records'),
    "listen twice": (4, HEAD + 2 * 'listen "/tmp/x/r" { roles = {"monitor"} }\n' + FACILITY, "a second time"),
    "listen where the socket is": (None, HEAD + 'listen "/tmp/x/s" { roles = {"monitor"} }\n' + FACILITY, "path of `socket` already"),
    "listen too often": (10, HEAD + "".join(f'listen "/tmp/x/{i}" {{ roles = {{"monitor"}} }}\n' for i in range(8))
                         + FACILITY, "there can be 7"),
    "socket path too long": (1, HEAD.replace("/tmp/x/s", "/tmp/" + "s" * 120) + FACILITY, "socket"),
}


class ConfigCase(unittest.TestCase):
    def setUp(self):
        self.directory = harness.short_temporary_directory()
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.path = os.path.join(self.directory, "test.conf")

    def run_daemon(self, *arguments):
        return subprocess.run([DETAINERD, *arguments], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=harness.patience(30))

    def check(self, text):
        pathlib.Path(self.path).write_text(text)
        return self.run_daemon("--config", self.path, "--check-config")


class Mistakes(ConfigCase):
    def test_each_is_named_with_file_and_line(self):
        for name, (line, text, word) in MISTAKES.items():
            with self.subTest(name):
                done = self.check(text)
                self.assertEqual((done.returncode, done.stdout), (78, ""), done.stderr)
                match = re.match(re.escape(self.path) + r":(\d+): (.+)", done.stderr)
                self.assertTrue(match, f"not FILE:LINE: message: {done.stderr!r}")
                self.assertIn(word, done.stderr)
                if line is not None:
                    self.assertEqual(int(match[1]), line, done.stderr)

    def test_the_daemon_itself_refuses_to_start(self):
        pathlib.Path(self.path).write_text(HEAD + "colour = 1\n" + FACILITY)
        done = self.run_daemon("--config", self.path)
        self.assertEqual(done.returncode, 78)
        self.assertRegex(done.stderr, re.escape(self.path) + ":3: .*colour")

    def test_missing_file(self):
        done = self.run_daemon("--config", self.path, "--check-config")
        self.assertEqual(done.returncode, 78, done.stderr)
        self.assertIn(self.path, done.stderr)

    def test_nothing_is_touched(self):
        state = os.path.join(self.directory, "state")
        text = f'socket = "{state}/s"\ndatabase = "{state}/d"\n' + FACILITY
        self.assertEqual(self.check(text).returncode, 0)
        self.assertFalse(os.path.exists(state))


class Good(ConfigCase):
    def assertGood(self, text, count):
        done = self.check(text)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        plural = "facility" if count == 1 else "facilities"
        self.assertIn(done.stdout, (f"{self.path}: ok, {count} {plural}\n",
                                    f"{self.path}: ok, {count} facilities\n"))

    def test_ok_line(self):
        self.assertGood(HEAD + harness.FACILITIES, 3)

    def test_everything_set(self):
        self.assertGood(HEAD + 'warnings = {"48h", "1s"}\nhttp_threads = 64\nmax_connections = 16\n'
                        'idle_timeout = "1h"\n'
                        'facility "A" {\n    name = "Ünï ☃"\n    zone = "UTC"\n'
                        '    policy = "always-review"\n    warnings = {"90min"}\n'
                        '    transfer_grace = "2h"\n}\n', 1)

    def test_defaults(self):
        self.assertGood(FACILITY, 1)

    def test_shipped_example(self):
        example = harness.REPOSITORY / "schema" / "detainerd.conf"
        done = self.run_daemon("--config", str(example), "--check-config")
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class Effect(unittest.TestCase):
    def test_warnings(self):
        with Daemon('warnings = {"30h"}') as daemon:
            hold = daemon.create("A", received_at=harness.ago(hours=60))["id"]
            hold = daemon.command(hold, "start", eligible_at=harness.ago(hours=1))
            self.assertEqual((hold["next_timer"]["kind"], hold["next_timer"]["rung_s"]),
                             ("warning", 30 * 3600))

    def test_idle_timeout(self):
        with Daemon('idle_timeout = "1s"') as daemon, daemon.connect() as idle, \
                daemon.connect() as slow:
            slow.sendall(b"GET /healthz HT")
            self.assertEqual(idle.recv(100), b"")
            while chunk := slow.recv(1000):
                self.assertTrue(chunk.startswith(b"HTTP/1.1 408") or b"HTTP" not in chunk, chunk)

    def test_max_connections(self):
        with Daemon("max_connections = 16") as daemon:
            streams = [daemon.connect() for _ in range(40)]
            for stream in streams:
                stream.close()
            harness.wait_until(lambda: self.healthy(daemon), what="a healthy daemon")

    def healthy(self, daemon):
        try:
            return daemon.get("/healthz").status == 200
        except (OSError, http.client.HTTPException):
            return False


if __name__ == "__main__":
    unittest.main()
