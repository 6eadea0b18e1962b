# SPDX-License-Identifier: ISC
"""What supervisors read: the journal's entries with their fields, and plain lines without a journal."""

import re
import datetime
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import threading
import unittest
import zoneinfo

import harness
from harness import Daemon, ago, ahead

MESSAGE_IDS = {
    "hold.warning": "9a1f7c5e3b0d4c62a7e81d2f40b6c391",
    "hold.expired": "4d2be8a01c6f47b9953e0a7bd81f62c4",
    "hold.transferred": "b7630e5d9f2a4188ac15d04e3c7b9f26",
    "transfer.scheduled": "e1c85a47d3094b2f8b6a907cf52d1e83",
    "transfer.due": "27f4d09be6514ac3b8d21e6f05a93c7d",
    "transfer.missed": "c05e92d7184b4f6ea3970b5cd86e4f12",
}
FACILITIES = """
facility "PIERCE" {
    name = "Pierce County Jail"
    zone = "America/Los_Angeles"
    policy = "always-honor"
    transfer_grace = "1s"
}
"""


# Which time each message must name in any case, and whether it must name the deadline too.
OWN_TIME = {"hold.warning": "deadline_at", "hold.expired": "at", "hold.transferred": "at",
            "transfer.scheduled": "pickup_at", "transfer.due": "pickup_at",
            "transfer.missed": "pickup_at"}
NAMES_DEADLINE = ("hold.warning", "hold.expired", "hold.transferred", "transfer.missed")


def local(instant):
    """The wall clock of Pierce County."""
    there = harness.parse_rfc3339(instant).astimezone(zoneinfo.ZoneInfo("America/Los_Angeles"))
    return there.strftime("%Y-%m-%d %H:%M:%S")


def dramatic_life(daemon):
    """One hold that makes every kind of event that is logged; returns it."""
    hold = daemon.create("2026-0042", received_at=ago(hours=60))["id"]
    started = daemon.command(hold, "start", eligible_at=ago(hours=47, minutes=59, seconds=56))
    daemon.command(hold, "schedule", pickup_at=ahead(seconds=0.5))
    daemon.wait_event("transfer.missed", hold)
    daemon.wait_event("hold.expired", hold)
    daemon.command(hold, "schedule", pickup_at=ahead(hours=1))
    out_at = harness.parse_rfc3339(started["deadline_at"]) + datetime.timedelta(seconds=2)
    daemon.command(hold, "transfer", at=harness.rfc3339(out_at))
    return started


class MessageCase(unittest.TestCase):
    def logged_events(self, daemon, hold):
        """The events that are to be logged, of every kind."""
        events = [e for e in daemon.events(hold["id"]) if e["kind"] in MESSAGE_IDS]
        self.assertEqual({e["kind"] for e in events}, set(MESSAGE_IDS))
        return events

    def assertMessage(self, event, text):
        """Names the hold, the booking, the facility, and its times as the facility's clock has them."""
        self.assertIn(f"hold {event['hold']}", text)
        self.assertIn(event["booking"], text)
        self.assertRegex(text, "PIERCE|Pierce County Jail")
        self.assertIn(local(event[OWN_TIME[event["kind"]]]), text)
        if event["kind"] in NAMES_DEADLINE:
            self.assertIn(local(event["deadline_at"]), text, "the deadline is not named")


class PlainLines(MessageCase):
    """Without the journal: a line on standard error for each."""

    def test_lines(self):
        with Daemon(facilities=FACILITIES) as daemon:
            hold = dramatic_life(daemon)
            events = self.logged_events(daemon, hold)
            lines = lambda: [line for line in daemon.stderr().split("\n") if "2026-0042" in line]
            harness.wait_until(lambda: len(lines()) >= len(events), what="a line for each event")
            self.assertEqual(len(lines()), len(events))
            for event, line in zip(events, lines()):
                with self.subTest(event["kind"]):
                    self.assertTrue(line.startswith("detainerd: "))
                    self.assertMessage(event, line)

    def test_not_everything_is_logged(self):
        with Daemon() as daemon:
            hold = daemon.create("QUIET-1")["id"]
            daemon.command(hold, "serve")
            daemon.command(hold, "note", text="x")
            daemon.stop()
            self.assertNotIn("QUIET-1", daemon.stderr())


def journal_entry(datagram):
    """Reads the journal's native protocol."""
    fields = {}
    while datagram:
        line, _, datagram = datagram.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            size, = struct.unpack("<Q", datagram[:8])
            value, datagram = datagram[8:8 + size], datagram[8 + size + 1:]
        fields[name.decode()] = value.decode()
    return fields


@unittest.skipUnless(os.getuid() == 0 and shutil.which("unshare"), "needs root and unshare(1)")
class Journal(MessageCase):
    """The real journal socket, in a mount namespace where it is ours."""

    PRIORITIES = {"hold.warning": "3", "hold.expired": "2", "hold.transferred": "3",
                  "transfer.due": "5", "transfer.missed": "3"}

    def daemon_with_journal(self):
        daemon = Daemon(facilities=FACILITIES)
        place = os.path.join(daemon.dir, "journal")
        os.mkdir(place)
        script = (f"mount -t tmpfs none /run && mkdir -p /run/systemd/journal && "
                  f"mount --bind {place} /run/systemd/journal && exec \"$@\"")
        probe = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", "true"], capture_output=True)
        if probe.returncode != 0:
            shutil.rmtree(daemon.dir)
            self.skipTest(f"no mount namespace here: {probe.stderr.decode().strip()}")
        daemon.wrapper = ["unshare", "-m", "sh", "-c", script, "sh"]
        pathlib.Path(daemon.stderr_path).touch()
        status = os.stat(daemon.stderr_path)
        daemon.env["JOURNAL_STREAM"] = f"{status.st_dev}:{status.st_ino}"
        self.receive(os.path.join(place, "socket"))
        return daemon

    def receive(self, path):
        self.entries = []
        journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        journal.bind(path)

        def loop():
            while datagram := journal.recv(1 << 20):
                self.entries.append(journal_entry(datagram))
            journal.close()

        def end():
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
                own.sendto(b"", path)
            receiver.join()

        receiver = threading.Thread(target=loop, daemon=True)
        receiver.start()
        self.end_journal = end

    def test_fields(self):
        with self.daemon_with_journal() as daemon:
            hold = dramatic_life(daemon)
            events = self.logged_events(daemon, hold)
            logged = lambda: {e["SEQ"]: e for e in list(self.entries) if "SEQ" in e}
            harness.wait_until(lambda: len(logged()) >= len(events), what="an entry for each event")
            for event in events:
                with self.subTest(event["kind"]):
                    entry = logged()[str(event["seq"])]
                    expected = {"MESSAGE_ID": MESSAGE_IDS[event["kind"]], "BOOKING": "2026-0042",
                                "HOLD_ID": str(hold["id"]), "FACILITY": "PIERCE"}
                    self.assertEqual({name: entry.get(name) for name in expected}, expected)
                    self.assertEqual(entry["PRIORITY"], self.priority(event))
                    self.assertMessage(event, entry["MESSAGE"])
            self.assertEqual(len(self.entries_of(hold)), len(events), "each once")
            self.assertEqual(daemon.stderr(), "", "nothing on standard error beside the journal")
            self.assertEqual(daemon.stop(), 0)
            self.end_journal()

    def priority(self, event):
        if event["kind"] == "transfer.scheduled":
            return "3" if event.get("transfer_conflict") else "6"
        return self.PRIORITIES[event["kind"]]

    def entries_of(self, hold):
        return [entry for entry in self.entries if entry.get("HOLD_ID") == str(hold["id"])]


class Catalog(unittest.TestCase):
    def test_every_message_id_is_explained(self):
        text = (harness.REPOSITORY / "systemd" / "detainerd.catalog").read_text()
        for kind, message_id in MESSAGE_IDS.items():
            with self.subTest(kind):
                self.assertIn(f"-- {message_id}\n", text)

    def test_every_message_of_the_daemon_is_explained(self):
        header = (harness.REPOSITORY / "daemon" / "journal.h").read_text()
        text = (harness.REPOSITORY / "systemd" / "detainerd.catalog").read_text()
        ids = re.findall(r'#define JOURNAL_\w+ +"([0-9a-f]{32})"', header)
        self.assertEqual(len(ids), 3)
        for message_id in ids:
            self.assertIn(f"-- {message_id}\n", text)


if __name__ == "__main__":
    unittest.main()
