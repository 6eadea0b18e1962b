# SPDX-License-Identifier: ISC
"""Starting: which socket may be taken over, what is refused and how, and the command line."""

import os
import pathlib
import shutil
import socket
import stat
import subprocess
import unittest

import harness
from harness import DETAINERD, Daemon
from startup_case import StartupCase


class Socket(StartupCase):
    def test_mode(self):
        with Daemon(preexec=lambda: os.umask(0)) as daemon:
            status = os.stat(daemon.socket)
            self.assertTrue(stat.S_ISSOCK(status.st_mode))
            self.assertEqual(stat.S_IMODE(status.st_mode), 0o666)

    def test_stale_socket_is_replaced(self):
        directory = self.directory()
        stale = socket.socket(socket.AF_UNIX)
        stale.bind(os.path.join(directory, "detainerd.sock"))
        stale.close()
        with Daemon(dir=directory) as daemon:
            self.assertEqual(daemon.get("/healthz").status, 200)

    def test_socket_left_by_a_crash_is_replaced(self):
        with Daemon() as daemon:
            daemon.kill()
            self.assertTrue(os.path.exists(daemon.socket))
            daemon.restart()
            self.assertEqual(daemon.get("/healthz").status, 200)

    def test_live_socket_is_refused(self):
        daemon = Daemon()
        with socket.socket(socket.AF_UNIX) as live:
            live.bind(daemon.socket)
            live.listen()
            inode = os.stat(daemon.socket).st_ino
            path = daemon.socket
            daemon.owns_dir = False
            self.addCleanup(shutil.rmtree, daemon.dir, ignore_errors=True)
            self.refused(daemon, path)
            self.assertEqual(os.stat(path).st_ino, inode, "somebody else's socket was replaced")

    def test_second_daemon_on_the_same_socket(self):
        with Daemon() as first:
            second = Daemon(database=os.path.join(first.dir, "other.db"))
            second.socket = first.socket
            second.write_conf()
            self.refused(second, first.socket)
            self.assertEqual(first.get("/healthz").status, 200)

    def test_other_files_are_not_deleted(self):
        directory = pathlib.Path(self.directory())
        path = directory / "detainerd.sock"
        path.write_text("precious")
        self.refused(Daemon(dir=directory), path)
        self.assertEqual(path.read_text(), "precious")
        path.rename(directory / "target")
        path.symlink_to(directory / "target")
        self.refused(Daemon(dir=directory), path)
        self.assertEqual((directory / "target").read_text(), "precious")
        path.unlink()
        path.mkdir()
        self.refused(Daemon(dir=directory), path)

    def test_path_too_long(self):
        daemon = Daemon()
        daemon.socket = os.path.join(daemon.dir, "x" * 120)
        daemon.write_conf()
        daemon.ready = False
        with daemon:
            self.assertIn(daemon.wait_exit(), (1, 78))
            self.assertIn("socket", daemon.stderr())

    def test_removed_at_the_end(self):
        with Daemon() as daemon:
            self.assertEqual(daemon.stop(), 0)
            self.assertFalse(os.path.exists(daemon.socket))


class CommandLine(StartupCase):
    def run_daemon(self, *arguments):
        return subprocess.run([DETAINERD, *arguments], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=harness.patience(30))

    def test_version_and_help(self):
        done = self.run_daemon("--version")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^detainerd \d+\.\d+")
        done = self.run_daemon("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for option in ("--config", "--check-config", "--version", "--help"):
            self.assertIn(option, done.stdout)

    def test_usage_errors(self):
        for arguments in (["--frobnicate"], ["--config"], ["extra"], ["--version=x"]):
            with self.subTest(arguments):
                done = self.run_daemon(*arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertTrue(done.stderr.strip())


if __name__ == "__main__":
    unittest.main()
