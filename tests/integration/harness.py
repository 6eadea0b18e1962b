# SPDX-License-Identifier: ISC
"""The real detainerd in a directory of its own, for tests that talk to it as clients do.

`Daemon` is a context manager: it writes a configuration, starts the daemon, waits for READY=1 on a
notify socket, and at the end stops it and insists on exit status 0 and on a standard error without
sanitizer reports. Nothing here sleeps to let something happen: everything waits on a condition that
has a deadline.

DETAINERD_BUILD in the environment is the build directory; the default is `build` in the tree.
"""

import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

from notify_socket import NotifySocket
from timing import SLOWNESS, ago, ahead, now, parse_rfc3339, patience, rfc3339, wait_until
from unix_http import Answer, UnixConnection, ask, read_answer

__all__ = ["Answer", "BUILD", "DETAINERCTL", "DETAINERD", "Daemon", "DaemonCase", "FACILITIES",
           "REPOSITORY", "SLOWNESS", "UnixConnection", "ago", "ahead", "ask", "expect", "now",
           "parse_rfc3339", "patience", "read_answer", "rfc3339", "short_temporary_directory",
           "wait_until"]

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BUILD = os.path.abspath(os.environ.get("DETAINERD_BUILD", REPOSITORY / "build"))
DETAINERD = os.path.join(BUILD, "daemon", "detainerd")
DETAINERCTL = os.path.join(BUILD, "client", "detainerctl")

FACILITIES = """
facility "PIERCE" {
    name = "Pierce County Jail"
    zone = "America/Los_Angeles"
    policy = "always-honor"
}
facility "REVIEW" {
    name = "A jail where a supervisor decides"
    zone = "UTC"
    policy = "always-review"
}
facility "DECLINE" {
    name = "A jail that honours nothing"
    zone = "America/Chicago"
    policy = "always-decline"
}
"""

SANITIZER_REPORT = re.compile(
    r"(AddressSanitizer|ThreadSanitizer|LeakSanitizer|UndefinedBehaviorSanitizer|runtime error:)")

# What a service manager or a shell would set, and a test must say itself. TZ is set to something odd,
# because the daemon does not read it.
MANAGED = ("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_USEC",
           "WATCHDOG_PID", "JOURNAL_STREAM", "INVOCATION_ID", "DETAINERD_SOCKET", "LC_ALL", "LANG")
BASE_ENVIRONMENT = {k: v for k, v in os.environ.items() if k not in MANAGED} | {"TZ": "Asia/Tokyo"}


class Daemon:
    """A running detainerd. Parameters:

    conf_extra         configuration lines besides socket, database and facilities
    facilities         facility blocks instead of FACILITIES
    env                environment variables to add
    args               arguments besides --config
    socket_activation  start it through systemd-socket-activate, which passes the socket, or those of these names
    notify             give it a notify socket; without, ready means that /healthz answers
    ready              wait until it is ready
    dir                an existing directory to use (and leave behind) instead of a temporary one
    preexec            function to call in the child before exec
    wrapper            words before the command line, of a program that ends in exec
    database           where the database is to be, instead of in the directory
    """

    def __init__(self, conf_extra="", facilities=None, env=None, args=(), socket_activation=False,
                 notify=True, ready=True, dir=None, preexec=None, database=None, wrapper=()):
        self.owns_dir = dir is None
        self.dir = str(dir) if dir else short_temporary_directory()
        self.socket = os.path.join(self.dir, "detainerd.sock")
        self.conf = os.path.join(self.dir, "detainerd.conf")
        self.database = database or os.path.join(self.dir, "detainerd.db")
        self.stderr_path = os.path.join(self.dir, "stderr")
        self.stdout_path = os.path.join(self.dir, "stdout")
        self.env = dict(env or {})
        self.args = list(args)
        self.socket_activation = socket_activation
        self.notify = notify
        self.ready = ready
        self.preexec = preexec
        self.wrapper = list(wrapper)
        self.process = None
        self.notify_socket = None
        self.collected = True  # whether the exit status has been looked at
        self.write_conf(conf_extra, facilities)

    def write_conf(self, extra="", facilities=None):
        text = f'socket = "{self.socket}"\ndatabase = "{self.database}"\n{extra}\n'
        text += FACILITIES if facilities is None else facilities
        pathlib.Path(self.conf).write_text(text)

    # -- life --

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self._clean_up()
            raise
        return self

    def __exit__(self, kind, error, trace):
        try:
            if self.process and not self.collected:
                status = self.process.poll()
                died = status is not None
                if not died:
                    status = self.stop()
                if kind is None and status != 0:
                    raise AssertionError(f"detainerd {'ended by itself' if died else 'stopped'} with "
                                         f"status {status}; it said:\n{self.stderr()}")
            if kind is None and SANITIZER_REPORT.search(self.stderr()):
                raise AssertionError(f"a sanitizer complained:\n{self.stderr()}")
            if kind not in (None, unittest.SkipTest):
                self.show_stderr()
        finally:
            self._clean_up()

    def _clean_up(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.notify_socket:
            self.notify_socket.close()
            self.notify_socket = None
        if self.owns_dir:
            shutil.rmtree(self.dir, ignore_errors=True)

    def _command(self, environment):
        command = [DETAINERD, "--config", self.conf, *self.args]
        if not self.socket_activation:
            return self.wrapper + command
        passed = [f"--setenv={key}={value}" for key, value in environment.items()]
        names = self.socket_activation if self.socket_activation is not True else ["detainerd.sock"]
        listen = [f"--listen={os.path.join(self.dir, name)}" for name in names]
        return [*self.wrapper, "systemd-socket-activate", *listen, *passed, *command]

    def start(self):
        environment = BASE_ENVIRONMENT | self.env
        if self.notify_socket:
            self.notify_socket.close()
            self.notify_socket = None
        if self.notify:
            self.notify_socket = NotifySocket(os.path.join(self.dir, "notify"))
            environment["NOTIFY_SOCKET"] = self.notify_socket.path
        with open(self.stderr_path, "ab") as err, open(self.stdout_path, "ab") as out:
            self.process = subprocess.Popen(
                self._command(environment), env=environment, stdin=subprocess.DEVNULL, stdout=out,
                stderr=err, preexec_fn=self.preexec)
        self.collected = False
        if self.socket_activation:
            self._activate()
        if self.ready:
            self.wait_ready()

    def _activate(self):
        """The first connection is what makes systemd-socket-activate start the daemon."""
        def connect():
            if self.process.poll() is not None:
                raise AssertionError(f"not started; it said:\n{self.stderr()}")
            try:
                self.connect().close()
                return True
            except OSError:
                return False
        wait_until(connect, what="a listening socket")

    def wait_ready(self, timeout=30):
        alive = lambda: self.process.poll() is None
        if self.notify_socket:
            ready = self.notify_socket.wait("READY=1", timeout, alive)
        else:
            ready = wait_until(lambda: not alive() or self._healthy(), timeout, "readiness") and alive()
        if not ready:
            raise AssertionError(f"detainerd did not become ready (status {self.process.poll()}); "
                                 f"it said:\n{self.stderr()}")

    def _healthy(self):
        try:
            return self.request("GET", "/healthz").status == 200
        except OSError:
            return False

    def wait_exit(self, timeout=30):
        """Waits for the daemon to end by itself; returns its exit status (-N for signal N)."""
        status = self.process.wait(patience(timeout))
        self.collected = True
        return status

    def kill(self):
        """SIGKILL: what a power cut looks like to the process."""
        self.process.kill()
        return self.wait_exit()

    def stop(self, timeout=30):
        """SIGTERM; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait_exit(timeout)

    def restart(self):
        """Stops the daemon unless it is down already, and starts it on the same files."""
        if not self.collected:
            status = self.stop()
            if status != 0:
                raise AssertionError(f"detainerd stopped with status {status}:\n{self.stderr()}")
        self.start()

    @property
    def pid(self):
        return self.process.pid

    @property
    def notifications(self):
        return self.notify_socket.messages if self.notify_socket else []

    # -- what it says --

    def stderr(self):
        try:
            return pathlib.Path(self.stderr_path).read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def show_stderr(self):
        print(f"--- standard error of detainerd ---\n{self.stderr()[-8000:]}---", file=sys.stderr)

    def wait_stderr(self, regex, timeout=20):
        """Waits for standard error to match; returns the match."""
        return wait_until(lambda: re.search(regex, self.stderr(), re.MULTILINE), timeout,
                          f"/{regex}/ on standard error")

    # -- requests --

    def connection(self, timeout=60):
        """A keep-alive http.client connection; the caller closes."""
        return UnixConnection(self.socket, timeout)

    def connect(self, timeout=60):
        """A raw stream socket; the caller closes."""
        stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            stream.settimeout(patience(timeout))
            stream.connect(self.socket)
        except BaseException:
            stream.close()
            raise
        return stream

    def request(self, method, path, body=None, headers=None, raw=None, timeout=60):
        """One request on a connection of its own."""
        connection = self.connection(timeout)
        try:
            return ask(connection, method, path, body, headers, raw)
        finally:
            connection.close()

    def get(self, path, headers=None):
        return self.request("GET", path, headers=headers)

    def post(self, path, body=None, headers=None, raw=None):
        return self.request("POST", path, body, headers, raw)

    def create(self, booking, facility="PIERCE", **members):
        """Requests a hold and returns it."""
        return expect(201, self.post("/v1/holds", {"booking": booking, "facility": facility} | members))

    def command(self, hold, command, **members):
        """Gives a command on a hold (its id) and returns the hold as it now stands."""
        return expect(200, self.post(f"/v1/holds/{hold}/{command}", members))

    def hold(self, hold):
        return expect(200, self.get(f"/v1/holds/{hold}"))

    def events(self, hold=None, after=0):
        """All events after a seq, of one hold or of all."""
        path = "/v1/events" if hold is None else f"/v1/holds/{hold}/events"
        events = []
        while True:
            page = expect(200, self.get(f"{path}?after={after}&limit=1000"))["events"]
            if not page:  # a short page is no sign of the end
                return events
            events += page
            after = page[-1]["seq"]

    def wait_event(self, kind, hold=None, after=0, timeout=20):
        """Long-polls for the first event of a kind (and hold) after a seq; returns it."""
        give_up = time.monotonic() + patience(timeout)
        while (left := give_up - time.monotonic()) > 0:
            path = f"/v1/events?after={after}&limit=1000&wait={max(1, min(60, int(left)))}"
            for event in expect(200, self.request("GET", path, timeout=90))["events"]:
                after = event["seq"]
                if event["kind"] == kind and hold in (None, event.get("hold")):
                    return event
        raise AssertionError(f"no event {kind} of hold {hold} within {patience(timeout):g} s")

    def sqlite(self):
        """The database, opened read-only; the caller closes."""
        return sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)


def short_temporary_directory():
    """A new directory whose path leaves room for a Unix socket's name (108 bytes)."""
    base = tempfile.gettempdir()
    return tempfile.mkdtemp(prefix="dtnr-", dir=base if len(base) < 60 else "/tmp")


def expect(status, answer):
    """The JSON of an answer that must have that status."""
    if answer.status != status:
        raise AssertionError(f"status {answer.status} instead of {status}: {answer.text}")
    return answer.json


class DaemonCase(unittest.TestCase):
    """Tests that share one daemon, made with `daemon_options`; bookings() gives each its own names."""

    daemon_options = {}
    _booking = 0

    @classmethod
    def setUpClass(cls):
        cls.daemon = cls.enterClassContext(Daemon(**cls.daemon_options))

    @classmethod
    def booking(cls):
        """A booking number that no other test uses."""
        DaemonCase._booking += 1
        return f"B-{DaemonCase._booking:06}"

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            self.daemon.show_stderr()

    def assertProblem(self, answer, status, kind, field=None):
        """The answer is a problem of that kind; returns its members."""
        self.assertEqual(answer.status, status, answer.text)
        self.assertEqual(answer.headers.get_content_type(), "application/problem+json")
        problem = answer.json
        self.assertEqual(problem["kind"], kind, answer.text)
        self.assertEqual(problem["status"], status)
        self.assertEqual(problem["type"], "about:blank")
        self.assertTrue(problem["title"] and problem["detail"], answer.text)
        if field is not None:
            self.assertEqual(problem.get("field"), field, answer.text)
        return problem
