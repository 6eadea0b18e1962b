#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A full disk: the daemon says so and ends, and what it acknowledged is there when it starts again.

Two ways to fill a disk: a small tmpfs (needs the right to mount, skipped without) and a limit on
the size of files, which works for everybody. Both fail in the write-ahead log at small sizes, and
in the checkpoint at larger ones. The oracle (oracle.py) compares what was answered with what is
left.
"""

import contextlib
import http.client
import pathlib
import re
import resource
import signal
import subprocess
import tempfile
import threading
import unittest

import harness
from oracle import LIMIT_US, US_PER_S, Facility, Oracle, format_us, now_us, read_history

FACILITIES = """
facility "HONOR" {
    name = "Honours every detainer"
    zone = "America/Los_Angeles"
    policy = "always-honor"
    warnings = {"1h", "1s"}
    transfer_grace = "1s"
}
"""
RULES = {"HONOR": Facility((3600, 1), US_PER_S)}
STORAGE_FAILED = 74  # EX_IOERR
KIB, MIB = 1024, 1024 * 1024
CLIENTS = 4
MOST_COMMANDS = 20_000  # of one client; the disk is full long before


# ---- a small disk --------------------------------------------------------------------------------

class SmallDisk:
    """A tmpfs of a few KiB; skips the test where mounting is not allowed."""

    def __init__(self, size):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="dtnr-disk-"))
        self.filler = self.path / "filler"
        self.size = size

    def mount(self, options):
        return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.path],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    def __enter__(self):
        try:
            done = self.mount(f"size={self.size}")
        except FileNotFoundError:
            done = None
        if done is None or done.returncode != 0:
            self.path.rmdir()
            why = done.stderr.splitlines()[0] if done else "there is no mount(8)"
            raise unittest.SkipTest(f"cannot mount a tmpfs: {why}")
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "--lazy", self.path], check=True)
        self.path.rmdir()

    def make_room(self):
        self.filler.unlink(missing_ok=True)
        subprocess.run(["mount", "-o", "remount,size=64m", self.path], check=True)

    def remount(self, options):
        subprocess.run(["mount", "-o", f"remount,{options}", self.path], check=True)

    def fill(self):
        """Takes the last byte."""
        with open(self.filler, "ab", buffering=0) as stream:
            for piece in (64 * KIB, 4 * KIB, 1):
                with contextlib.suppress(OSError):
                    while stream.write(b"x" * piece):
                        pass


# ---- clients -------------------------------------------------------------------------------------

class Client:
    """Requests, starts and annotates holds until an answer fails to come or says 503."""

    def __init__(self, number, daemon, oracle):
        self.number, self.daemon, self.oracle = number, daemon, oracle
        self.count = 0
        self.refusal = None  # the 503

    def send(self, kind, hold, body):
        command = self.oracle.sent(kind, hold, body)
        answer = harness.ask(self.connection, "POST", command.path, body)
        parsed = answer.json
        self.oracle.answered(command, answer.status, parsed)
        if answer.status == 503:
            self.refusal = parsed
            return None
        return harness.expect(201 if hold is None else 200, answer)

    def send_hold(self):
        """One hold with a history; false once the storage has failed."""
        self.count += 1
        name = f"{self.number}-{self.count}"
        at_us = now_us()
        hold = self.send("request", None, {"booking": name, "facility": "HONOR",
                                           "received_at": format_us(at_us)})
        then = (("note", {"text": f"{name} " + "n" * 1900}),
                ("start", {"eligible_at": format_us(at_us - 60 * US_PER_S)}),
                ("correct", {"eligible_at": format_us(at_us - 120 * US_PER_S),
                             "reason": f"{name} " + "r" * 400}))
        return hold and all(self.send(kind, hold["id"], body) for kind, body in then)

    def run(self):
        self.connection = self.daemon.connection()
        try:
            while self.count < MOST_COMMANDS and self.send_hold():
                pass
        except (OSError, http.client.HTTPException):
            pass  # cut off in the fall: in doubt
        except Exception as error:  # never to be lost in a thread
            self.oracle.fault(f"client {self.number}: {type(error).__name__}: {error}")
        finally:
            self.connection.close()


def use_until_full(daemon, oracle):
    """Sends until the daemon is gone; returns the 503 that clients got."""
    clients = [Client(number, daemon, oracle) for number in range(CLIENTS)]
    threads = [threading.Thread(target=client.run, daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(harness.patience(120))
    return [client.refusal for client in clients if client.refusal]


def verdict(daemon, oracle, horizon_us=0):
    """Compares everything the daemon tells with what the oracle knows; returns the faults."""
    def get(path):
        return harness.expect(200, daemon.get(path))

    for events in read_history(get):
        oracle.replay(events)
    page = get("/v1/holds?limit=1000")
    holds = page["holds"]
    while page["next_cursor"] is not None:
        page = get(f"/v1/holds?limit=1000&cursor={page['next_cursor']}")
        holds += page["holds"]
    return oracle.conclude(holds, horizon_us)


def limit_file_size(size):
    """For preexec: as `ulimit -f` does it. The soft limit alone, so that stderr is under it too."""
    def limit():
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it; children inherit that
    return limit


class DiskFull(unittest.TestCase):
    def assertFailStop(self, daemon):
        """The daemon ended by itself with 74, and its log says which file and why, once."""
        self.assertEqual(daemon.wait_exit(), STORAGE_FAILED, daemon.stderr()[-3000:])
        self.assertSaysWhy(daemon)
        self.assertIsNone(harness.SANITIZER_REPORT.search(daemon.stderr()), daemon.stderr())

    def assertSaysWhy(self, daemon):
        lines = [line for line in daemon.stderr().splitlines() if daemon.database in line]
        cause = re.compile(r"full|no space|too large|I/O error|read-?only|readonly", re.IGNORECASE)
        self.assertTrue(any(cause.search(line) for line in lines),
                        f"no line names {daemon.database} and a cause:\n{daemon.stderr()[-3000:]}")

    def assertStorageFailed(self, refusals):
        self.assertGreaterEqual(len(refusals), 1, "nobody was told")
        for problem in refusals:
            self.assertEqual((problem["status"], problem["kind"]), (503, "storage-failed"))

    def fill_and_recover(self, daemon, make_room):
        """What every way to fill the disk has in common."""
        oracle = Oracle(RULES, slack_s=harness.patience(3))
        self.assertStorageFailed(use_until_full(daemon, oracle))
        self.assertFailStop(daemon)
        make_room()
        daemon.start()
        self.assertEqual(verdict(daemon, oracle)[:5], [])
        harness.expect(201, daemon.post("/v1/holds", {"booking": "goes on", "facility": "HONOR"}))
        return oracle

    def test_file_size_limit(self):
        def lift():
            daemon.preexec = None

        for size in (256 * KIB, 333 * KIB, 512 * KIB, 1024 * KIB + 1, 10 * MIB):
            with self.subTest(size=size), harness.Daemon(
                    facilities=FACILITIES, preexec=limit_file_size(size)) as daemon:
                oracle = self.fill_and_recover(daemon, lift)
                print(f"{size // KIB} KiB: {oracle.summary()}", flush=True)

    def test_small_disk(self):
        for size in (400 * KIB, 700 * KIB, 1024 * KIB, 9 * MIB, 16700 * KIB):
            with SmallDisk(size) as disk, self.subTest(size=size), harness.Daemon(
                    facilities=FACILITIES, database=str(disk.path / "detainerd.db")) as daemon:
                oracle = self.fill_and_recover(daemon, disk.make_room)
                print(f"{size // KIB} KiB: {oracle.summary()}", flush=True)

    def test_fills_up_while_reading(self):
        """A reader with an open long poll is cut off, not left hanging."""
        with SmallDisk(2 * MIB) as disk, harness.Daemon(
                facilities=FACILITIES, database=str(disk.path / "detainerd.db")) as daemon:
            poll = daemon.connect(timeout=30)
            with contextlib.closing(poll):
                poll.sendall(b"GET /v1/events?after=1000000&wait=60 HTTP/1.1\r\n"
                             b"Host: detainerd\r\n\r\n")
                disk.fill()
                answers = [daemon_answer(daemon, number) for number in range(3)]
                self.assertIn(503, answers)
                self.assertFailStop(daemon)
                with contextlib.suppress(ConnectionResetError):
                    while poll.recv(65536):
                        pass

    def test_as_timers_fire(self):
        """No client is there to be told: the timers fire, late and once, when there is room."""
        with SmallDisk(16 * MIB) as disk, harness.Daemon(
                facilities=FACILITIES, database=str(disk.path / "detainerd.db")) as daemon:
            oracle = Oracle(RULES, slack_s=harness.patience(60))
            client = Client(0, daemon, oracle)
            client.connection = daemon.connection()
            deadline_us = now_us() + int(harness.patience(2.5) * US_PER_S)
            for number in range(40):
                hold = client.send("request", None, {"booking": f"B-{number}", "facility": "HONOR",
                                                     "received_at": format_us(now_us())})
                client.send("start", hold["id"],
                            {"eligible_at": format_us(deadline_us - LIMIT_US + number)})
            client.connection.close()
            disk.fill()
            self.assertFailStop(daemon)
            disk.make_room()
            daemon.start()
            harness.wait_until(lambda: len(daemon.events()) >= 40 * 5, what="40 holds expired")
            self.assertEqual(verdict(daemon, oracle, now_us())[:5], [])
            self.assertEqual(oracle.fired, 40 * 3)

    def test_full_at_first_start(self):
        with SmallDisk(256 * KIB) as disk:
            disk.fill()
            with harness.Daemon(facilities=FACILITIES, ready=False,
                                database=str(disk.path / "detainerd.db")) as daemon:
                self.assertFailStop(daemon)
                self.assertNotIn("ready", daemon.stderr())
                disk.make_room()
                daemon.start()
                daemon.wait_ready()
                self.assertEqual(daemon.get("/healthz").status, 200)

    def test_full_at_late_firing(self):
        """Timers that fell due meanwhile cannot be recorded: not ready, and nothing is lost."""
        with SmallDisk(2 * MIB) as disk, harness.Daemon(
                facilities=FACILITIES, database=str(disk.path / "detainerd.db")) as daemon:
            hold = daemon.create("late", facility="HONOR")
            deadline_us = now_us() + int(harness.patience(1) * US_PER_S)
            daemon.command(hold["id"], "start", eligible_at=format_us(deadline_us - LIMIT_US))
            daemon.kill()
            disk.fill()
            harness.wait_until(lambda: now_us() > deadline_us, what="the deadline")
            daemon.ready = False
            daemon.start()
            self.assertFailStop(daemon)
            self.assertFalse(any("READY=1" in message for message in daemon.notifications))
            disk.make_room()
            daemon.ready = True
            daemon.start()
            kinds = [event["kind"] for event in daemon.events(hold["id"])]
            self.assertEqual(kinds.count("hold.expired"), 1)
            self.assertEqual(daemon.hold(hold["id"])["state"], "expired")

    def test_read_only(self):
        """A database that cannot be written is no ledger: refused at once, by name."""
        with SmallDisk(2 * MIB) as disk, harness.Daemon(
                facilities=FACILITIES, database=str(disk.path / "detainerd.db")) as daemon:
            daemon.create("before", facility="HONOR")
            self.assertEqual(daemon.stop(), 0)
            disk.remount("ro")
            daemon.ready = False
            daemon.start()
            self.assertIn(daemon.wait_exit(), (1, STORAGE_FAILED), daemon.stderr())
            self.assertSaysWhy(daemon)
            disk.remount("rw")
            daemon.ready = True
            daemon.start()
            self.assertEqual(len(daemon.events()), 1)


def daemon_answer(daemon, number):
    """The status of a request for a hold, 0 where the daemon cannot be reached."""
    try:
        return daemon.post("/v1/holds", {"booking": f"full-{number}", "facility": "HONOR"}).status
    except (OSError, http.client.HTTPException):
        return 0


if __name__ == "__main__":
    unittest.main(verbosity=2)
