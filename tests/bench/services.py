# SPDX-License-Identifier: ISC
"""The servers that are measured, each started fresh in a directory of its own on the same disk.

detainerd comes from the integration tests' harness, with the configuration a jail would have: the
defaults. The peers run as durable as they can be made: every write synced before it is answered.
"""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from harness import Daemon, wait_until  # noqa: E402 (the path comes first)

FACILITIES = 'facility "BENCH" { name = "Bench" zone = "UTC" policy = "always-honor" }\n'
REQUEST = {"booking": "0000000000000001", "facility": "BENCH", "form": "I-247A",
           "issued_at": "2026-01-02T03:04:05Z", "ice_office": "SEA", "ice_warrant": "I-200"}


class Bench:
    """Where the programs are, where files may be written, and how much is measured."""

    def __init__(self, build, directory, sizes):
        self.programs = pathlib.Path(build) / "tests" / "bench"
        self.directory = pathlib.Path(directory)
        self.sizes = sizes
        self.used = 0

    def say(self, what):
        print(f"bench: {what}", file=sys.stderr, flush=True)

    def fresh(self, name):
        self.used += 1
        path = self.directory / f"{self.used}-{name}"
        path.mkdir()
        return path

    def daemon(self, path=None):
        return Daemon("max_requests_per_user = 1000000", dir=path or self.fresh("detainerd"),
                      facilities=FACILITIES)

    def load_command(self, server, groups, **options):
        words = [f"--{key.replace('_', '-')}={value}" for key, value in options.items()]
        return [self.programs / "load", f"--socket={server.socket}", *words, *groups]

    def load(self, server, *groups, **options):
        """Runs groups ("read:32") against a server and returns what each of them gave."""
        if "count" not in options:
            options = {"warmup": self.sizes.warmup_s, "seconds": self.sizes.seconds} | options
        return run_json(self.load_command(server, groups, **options))

    def raw_sqlite(self, pattern, batch):
        copy = self.fresh("raw") / "raw.db"
        shutil.copy(pattern, copy)
        return run_json([self.programs / "raw_sqlite", f"--batch={batch}",
                         f"--seconds={self.sizes.seconds}", copy])[0]


def run_json(command):
    """Runs a program that prints lines of JSON; whatever it has to complain of ends the bench."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


class Peer:
    """Another server, with a Unix socket at `socket`."""

    def __init__(self, directory, command):
        self.socket = str(directory / "s")
        self.directory = directory
        self.command = command

    def __enter__(self):
        with open(self.directory / "log", "wb") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, cwd=self.directory)
        try:
            wait_until(self._listens, what=f"the socket of {self.command[0]}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def _listens(self):
        if self.process.poll() is not None:
            raise RuntimeError((self.directory / "log").read_text(errors="replace"))
        with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
            probe.connect(self.socket)
            return True
        return False


def beanstalkd(bench):
    directory = bench.fresh("beanstalkd")
    return Peer(directory, [find("beanstalkd"), "-l", f"unix:{directory / 's'}", "-b", directory, "-f0"])


def redis(bench):
    """Without snapshots and rewrites of the log, which would only slow it down."""
    directory = bench.fresh("redis")
    return Peer(directory, [find("redis-server"), "--port", "0", "--unixsocket", directory / "s",
                            "--dir", directory, "--appendonly", "yes", "--appendfsync", "always",
                            "--save", "", "--auto-aof-rewrite-percentage", "0"])


PEERS = {"beanstalkd": ("beanstalkd", beanstalkd), "redis": ("redis-server", redis)}


def find(program):
    """The path of a program, /usr/sbin and the like included, or None."""
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/bin:/usr/sbin:/usr/local/bin")


def version_of(*command):
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return "unknown"
