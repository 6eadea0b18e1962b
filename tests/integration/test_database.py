# SPDX-License-Identifier: ISC
"""The database file: who may have it, and which files are not ours and stay as they are."""

import datetime
import os
import pathlib
import sqlite3
import stat
import unittest

import harness
from harness import Daemon, REPOSITORY
from startup_case import StartupCase

NOBODY = 65534
NOT_STARTED = (1, 74)  # another failure to start, or one of storage


class Database(StartupCase):
    def test_second_daemon_on_the_same_database(self):
        with Daemon() as first:
            first.create("A")
            self.refused(Daemon(database=first.database), first.database)
            self.assertEqual(first.create("B")["state"], "lodged")

    def test_directory_is_made_for_the_daemon_alone(self):
        directory = self.directory()
        state = os.path.join(directory, "state")
        with Daemon(dir=directory, database=os.path.join(state, "detainerd.db"),
                    preexec=lambda: os.umask(0o022)) as daemon:
            daemon.create("A")
            self.assertEqual(stat.S_IMODE(os.stat(state).st_mode), 0o700)

    def test_files_are_not_for_everybody(self):
        with Daemon(preexec=lambda: os.umask(0)) as daemon:
            daemon.create("A")
            for path in pathlib.Path(daemon.dir).glob("detainerd.db*"):
                with self.subTest(path.name):
                    self.assertEqual(path.stat().st_mode & 0o027, 0, oct(path.stat().st_mode))

    def test_directory_that_cannot_be_written(self):
        directory = self.directory()
        state = os.path.join(directory, "state")
        os.mkdir(state, 0o555)
        daemon = Daemon(dir=directory, database=os.path.join(state, "detainerd.db"))
        if os.getuid() == 0:  # to whom no mode says no
            os.chmod(directory, 0o777)
            daemon.preexec = lambda: os.setuid(NOBODY)
        self.refused(daemon, state)

    def test_file_where_a_directory_should_be(self):
        daemon = Daemon()
        daemon.database = os.path.join(daemon.conf, "detainerd.db")
        daemon.write_conf()
        self.refused(daemon, daemon.database, status=NOT_STARTED)

    def assertLeftAlone(self, content, *words, status=1):
        directory = self.directory()
        path = os.path.join(directory, "detainerd.db")
        content(path)
        before = pathlib.Path(path).read_bytes()
        self.refused(Daemon(dir=directory), path, *words, status=status)
        self.assertEqual(pathlib.Path(path).read_bytes(), before, "the file was changed")

    def test_not_a_database(self):
        self.assertLeftAlone(lambda path: pathlib.Path(path).write_bytes(b"not a database\n" * 1000),
                             "not a database", status=NOT_STARTED)

    def test_database_of_another_program(self):
        def other(path):
            with sqlite3.connect(path) as database:
                database.execute("CREATE TABLE bookmarks (url TEXT)")
            database.close()
        self.assertLeftAlone(other, "another program")

    def test_foreign_application_id(self):
        def other(path):
            database = sqlite3.connect(path)
            database.execute("PRAGMA application_id = 252006673")
            database.close()
        self.assertLeftAlone(other, "another program")

    def test_first_schema(self):
        """A database of the first release: its holds go on, their clocks are read both ways, and what
        was withdrawn stays withdrawn."""
        daemon = Daemon(dir=self.directory())
        eligible_at = int((harness.now() - datetime.timedelta(hours=2)).timestamp() * 1e6)
        deadline_at = eligible_at + 48 * 3_600_000_000
        database = sqlite3.connect(daemon.database)
        database.executescript((REPOSITORY / "schema" / "001-holds.sql").read_text())
        for state, id, ended in (("held", 1, None), ("expired", 2, eligible_at + 3_600_000_000)):
            database.execute(
                "INSERT INTO hold (id, rev, booking, facility, state, form, decision, decided, received_at,"
                " eligible_at, rule, limit_h, deadline_at, authority_ended_at, last_seq) VALUES"
                " (?, 1, ?, 'PIERCE', ?, 'I-247A', 'honor', 0, ?, ?, 'consecutive', 48, ?, ?, ?)",
                (id, f"OLD-{id}", state, eligible_at, eligible_at, deadline_at, ended, id))
            database.execute("INSERT INTO event VALUES (?, ?, 'hold.started', ?, '{}')",
                             (id, id, eligible_at))
        database.execute("INSERT INTO timer VALUES (1, 'expiry', 0, ?)", (deadline_at,))
        database.execute("PRAGMA application_id = 0x64746e72")
        database.execute("PRAGMA user_version = 1")
        database.commit()
        database.close()
        with daemon:
            held, withdrawn = daemon.hold(1), daemon.hold(2)
            self.assertEqual(held["consecutive_deadline_at"], held["deadline_at"])
            self.assertGreaterEqual(held["regulatory_deadline_at"], held["deadline_at"])
            self.assertIsNone(held["policy"])
            self.assertEqual(withdrawn["withdrawn_at"], withdrawn["authority_ended_at"])
            moved = daemon.command(2, "correct", eligible_at=harness.ago(hours=1, minutes=30), reason="minutes")
            self.assertEqual((moved["state"], moved["authority_ended_at"]),
                             ("expired", withdrawn["authority_ended_at"]))

    def test_newer_schema(self):
        directory = self.directory()
        with Daemon(dir=directory) as daemon:
            daemon.create("A")
        database = sqlite3.connect(daemon.database)
        database.execute("PRAGMA user_version = 99")
        database.close()
        before = pathlib.Path(daemon.database).read_bytes()
        self.refused(Daemon(dir=directory), daemon.database, "99")
        self.assertEqual(pathlib.Path(daemon.database).read_bytes(), before)

    def test_corrupt_database(self):
        directory = self.directory()
        with Daemon(dir=directory) as daemon:
            for i in range(50):
                daemon.create(f"A-{i}", ice_office="x" * 60)
        data = bytearray(pathlib.Path(daemon.database).read_bytes())
        data[4096:] = os.urandom(len(data) - 4096)
        pathlib.Path(daemon.database).write_bytes(data)
        daemon = Daemon(dir=directory, ready=False)
        with daemon:
            self.assertIn(daemon.wait_exit(), NOT_STARTED, daemon.stderr())
            self.assertRegex(daemon.stderr(), "malformed|corrupt")

    def test_foreign_writer_is_noticed(self):
        """Another program that writes ends the daemon before it builds on what it does not know."""
        with Daemon() as daemon:
            daemon.create("A")
            database = sqlite3.connect(daemon.database)
            with database:
                database.execute("UPDATE hold SET booking = 'forged'")
            database.close()
            answer = daemon.post("/v1/holds", {"booking": "B", "facility": "PIERCE"})
            self.assertEqual((answer.status, answer.json["kind"]), (503, "storage-failed"))
            self.assertEqual(daemon.wait_exit(), 74)
            self.assertIn("another program has written", daemon.stderr())


if __name__ == "__main__":
    unittest.main()
