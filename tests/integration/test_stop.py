# SPDX-License-Identifier: ISC
"""The end in good order: who waits is answered, and the database file is all there is."""

import http.client
import os
import pathlib
import shutil
import signal
import sqlite3
import threading
import time
import unittest

import harness
from harness import Daemon


class Stop(unittest.TestCase):
    def test_signals(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number), Daemon() as daemon:
                daemon.create("A")
                daemon.process.send_signal(number)
                self.assertEqual(daemon.wait_exit(), 0, daemon.stderr())
                self.assertIn("STOPPING=1", "\n".join(daemon.notifications).split("\n"))

    def test_long_polls_are_answered(self):
        with Daemon() as daemon:
            daemon.create("A")
            streams = [daemon.connect() for _ in range(50)]
            for stream in streams:
                self.addCleanup(stream.close)
                stream.sendall(b"GET /v1/events?after=1&wait=60 HTTP/1.1\r\nHost: x\r\n\r\n")
            harness.wait_until(lambda: "\ndetainerd_http_long_polls 50\n" in daemon.get("/metrics").text,
                               what="50 long polls that wait")
            started = time.monotonic()
            self.assertEqual(daemon.stop(), 0)
            self.assertLess(time.monotonic() - started, harness.patience(10))
            for stream in streams:
                answer = harness.read_answer(stream)
                self.assertEqual((answer.status, answer.json["events"]), (200, []))

    def test_every_acknowledged_command_is_in_the_file_alone(self):
        """After an orderly stop the write-ahead log is folded in: the database file is all there is."""
        with Daemon() as daemon:
            for i in range(100):
                daemon.create(f"A-{i}")
            self.assertEqual(daemon.stop(), 0)
            log = pathlib.Path(daemon.database + "-wal")
            self.assertTrue(not log.exists() or log.stat().st_size == 0)
            copy = os.path.join(daemon.dir, "copy.db")
            shutil.copy(daemon.database, copy)
            database = sqlite3.connect(copy)
            self.addCleanup(database.close)
            self.assertEqual(database.execute("SELECT count(*) FROM event").fetchone(), (100,))
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchone(), ("ok",))

    def test_commands_under_way(self):
        """A command at the moment of the stop is either answered and kept, or not answered."""
        with Daemon() as daemon:
            answered = []

            def write():
                try:
                    while True:
                        answered.append(daemon.create("W")["id"])
                except (OSError, http.client.HTTPException, AssertionError):
                    pass

            writers = [threading.Thread(target=write) for _ in range(4)]
            for writer in writers:
                writer.start()
            harness.wait_until(lambda: len(answered) > 50, what="50 answered requests")
            self.assertEqual(daemon.stop(), 0)
            for writer in writers:
                writer.join()
            database = daemon.sqlite()
            self.addCleanup(database.close)
            kept = {row[0] for row in database.execute("SELECT id FROM hold")}
            self.assertEqual(set(answered) - kept, set())


if __name__ == "__main__":
    unittest.main()
