# SPDX-License-Identifier: ISC
"""What a service manager sees: socket activation, notifications, and the watchdog."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import unittest

import harness
from harness import FACILITIES, Daemon, ago


@unittest.skipUnless(shutil.which("systemd-socket-activate"), "no systemd-socket-activate")
class SocketActivation(unittest.TestCase):
    def test_serves_the_passed_socket(self):
        with Daemon(socket_activation=True) as daemon:
            hold = daemon.create("A")
            self.assertEqual(daemon.hold(hold["id"])["booking"], "A")

    def test_socket_of_the_configuration_is_not_bound(self):
        daemon = Daemon(socket_activation=True)
        other = os.path.join(daemon.dir, "other.sock")
        pathlib.Path(daemon.conf).write_text(
            f'socket = "{other}"\ndatabase = "{daemon.database}"\n{FACILITIES}')
        with daemon:
            self.assertEqual(daemon.get("/healthz").status, 200)
            self.assertFalse(os.path.exists(other))

    def test_the_socket_is_left_to_its_owner(self):
        with Daemon(socket_activation=True) as daemon:
            self.assertEqual(daemon.stop(), 0)
            self.assertTrue(os.path.exists(daemon.socket))

    def test_first_client_is_served(self):
        """The connection that made the service start is in the backlog and gets its answer."""
        daemon = Daemon(socket_activation=True)
        answers = []
        daemon._activate = lambda: harness.wait_until(lambda: self.try_first(daemon, answers))
        with daemon:
            answer = harness.read_answer(answers[0])
            answers[0].close()
            self.assertEqual(answer.status, 200)

    def try_first(self, daemon, answers):
        try:
            stream = daemon.connect()
        except OSError:
            return False
        stream.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        answers.append(stream)
        return True

    def test_wrong_descriptors_are_refused(self):
        program = ('import os, sys; os.dup2(0, 3); '
                   'os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid())); '
                   'os.execv(sys.argv[1], sys.argv[1:])')
        daemon = Daemon(ready=False, notify=False, wrapper=[sys.executable, "-c", program])
        with daemon:
            self.assertEqual(daemon.wait_exit(), 1)
            self.assertIn("socket", daemon.stderr())


class Notifications(unittest.TestCase):
    def lines(self, daemon):
        return [line for message in daemon.notifications for line in message.split("\n")]

    def test_life(self):
        with Daemon() as daemon:
            self.assertEqual(daemon.stop(), 0)
            harness.wait_until(lambda: "STOPPING=1" in self.lines(daemon), what="STOPPING=1")
            kinds = [line for line in self.lines(daemon) if line in ("READY=1", "STOPPING=1")]
            self.assertEqual(kinds, ["READY=1", "STOPPING=1"])

    def test_status(self):
        """Counts and the next deadline."""
        with Daemon() as daemon:
            hold = daemon.create("A", received_at=ago(hours=60))["id"]
            hold = daemon.command(hold, "start", eligible_at=ago(hours=10))

            def status():
                texts = [line for line in self.lines(daemon) if line.startswith("STATUS=")]
                wanted = rf"\b1 held\b.*{hold['deadline_at'][:16]}"
                return texts and re.search(wanted, texts[-1])

            harness.wait_until(status, what="a STATUS with the count and the next deadline")

    def test_ready_line(self):
        with Daemon() as daemon:
            daemon.wait_stderr(r"^detainerd: ready: 0 open holds")
            daemon.create("A")
            daemon.restart()
            daemon.wait_stderr(r"^detainerd: ready: 1 open hold")

    def test_works_without_a_service_manager(self):
        with Daemon(notify=False) as daemon:
            self.assertEqual(daemon.create("A")["state"], "lodged")


class Watchdog(unittest.TestCase):
    def pings(self, daemon):
        return sum("WATCHDOG=1" in message.split("\n") for message in list(daemon.notifications))

    def test_pings(self):
        interval = int(200_000 * harness.SLOWNESS)
        with Daemon(env={"WATCHDOG_USEC": str(interval)}) as daemon:
            seen = self.pings(daemon)
            harness.wait_until(lambda: self.pings(daemon) >= seen + 10, what="ten more pings",
                               timeout=10)

    def test_no_pings_where_nobody_asked(self):
        with Daemon() as daemon:
            daemon.create("A")
            daemon.stop()
            self.assertEqual(self.pings(daemon), 0)

    def test_no_pings_meant_for_another_process(self):
        with Daemon(env={"WATCHDOG_USEC": "100000", "WATCHDOG_PID": "1"}) as daemon:
            daemon.get("/v1/events?after=0&wait=1")
            self.assertEqual(self.pings(daemon), 0)

    @unittest.skipUnless(shutil.which("gdb"), "gdb is not installed")
    @unittest.skipIf(harness.SLOWNESS > 1, "not under a sanitizer")
    def test_a_stuck_thread_stops_the_pings(self):
        """A debugger lets only the main thread run: it must not vouch for the others."""
        with Daemon(env={"WATCHDOG_USEC": "400000"}) as daemon:
            debugger = subprocess.Popen(
                ["gdb", "-q", "-nx", "-batch", "-p", str(daemon.pid), "-ex", "set scheduler-locking on",
                 "-ex", "thread 1", "-ex", "echo main runs alone\\n", "-ex", "continue"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            try:
                output = ""
                while "main runs alone" not in output:
                    line = debugger.stdout.readline()
                    if not line:
                        self.skipTest(f"gdb cannot attach here: {output}")
                    output += line
                quiet = threading.Event()
                seen = self.pings(daemon)
                quiet.wait(2)
                self.assertLessEqual(self.pings(daemon) - seen, 2, "pings while all others are stuck")
            finally:
                daemon.process.kill()
                debugger.kill()
                debugger.communicate()
                daemon.wait_exit()


if __name__ == "__main__":
    unittest.main()
