# SPDX-License-Identifier: ISC
"""What the tests of detainerctl share: running it, and a daemon to run it against."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import threading
import unittest

from harness import BASE_ENVIRONMENT, DETAINERCTL, REPOSITORY, DaemonCase, short_temporary_directory
from timing import patience

DONE, REFUSED, USAGE, UNREACHABLE = range(4)  # exit statuses

COMMANDS = ("request", "decide", "serve", "start", "schedule", "transfer", "release", "cancel", "close",
            "correct", "facts", "note", "list", "show", "history", "watch", "status", "deadline", "policy list",
            "policy show", "policy test", "reload", "review")
LOCAL = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d"
COMPLETION = REPOSITORY / "client" / "completion" / "detainerctl"


def ctl(*arguments, socket_path=None, env=None, **options):
    """Runs detainerctl to its end."""
    environment = BASE_ENVIRONMENT | (env or {})
    if socket_path:
        environment["DETAINERD_SOCKET"] = socket_path
    options.setdefault("stdout", subprocess.PIPE)
    return subprocess.run([DETAINERCTL, *map(str, arguments)], env=environment, text=True,
                          stderr=subprocess.PIPE, timeout=patience(60), **options)


def http(status, body):
    """A whole HTTP answer of one connection."""
    return b"HTTP/1.1 %d x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


@contextlib.contextmanager
def impostor(directory, *answers, requests=None):
    """Something else on a socket in the directory: it reads a request from each connection, which goes into
    the list `requests`, and gives the next of the raw answers."""
    path = os.path.join(directory, "impostor")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()

    def serve():
        for answer in answers:
            try:
                connection = listener.accept()[0]
            except OSError:
                return  # shut down: nobody else will come
            with connection:
                request = connection.recv(65536)
                if requests is not None:
                    requests.append(request.decode())
                connection.sendall(answer)
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield path
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        listener.close()
        os.unlink(path)


class FakeDaemonCase(unittest.TestCase):
    """Verbs against a daemon that answers what the test says."""

    def setUp(self):
        self.dir = short_temporary_directory()
        self.addCleanup(shutil.rmtree, self.dir)

    def ask(self, arguments, body, status=200, **options):
        """Runs detainerctl against one answer; returns what it did, and the request that it sent."""
        requests = []
        answer = http(status, json.dumps(body).encode())
        with impostor(self.dir, answer, requests=requests) as path:
            result = ctl(*arguments, socket_path=path, **options)
        return result, requests[0]

    def asked(self, arguments, body, **options):
        """The same for what must be done without a word on standard error: output and request."""
        result, request = self.ask(arguments, body, **options)
        self.assertEqual((result.returncode, result.stderr), (DONE, ""), arguments)
        return result.stdout, request


class CtlCase(DaemonCase):
    def ctl(self, *arguments, **options):
        return ctl(*arguments, socket_path=self.daemon.socket, **options)

    def run_ok(self, *arguments):
        """Runs a command that must be done without a word on standard error; returns its output."""
        result = self.ctl(*arguments)
        self.assertEqual((result.returncode, result.stderr), (DONE, ""), arguments)
        return result.stdout

    def json_of(self, *arguments):
        return json.loads(self.run_ok("--json", *arguments))

    def request(self, booking=None, facility="PIERCE", *options):
        """A new hold's id, requested through detainerctl."""
        return self.json_of("request", "--booking", booking or self.booking(), "--facility", facility,
                            *options)["id"]

    def hold(self, hold):
        return self.daemon.get(f"/v1/holds/{hold}").json

    def assertRefused(self, *arguments, kind):
        result = self.ctl(*arguments)
        self.assertEqual((result.returncode, result.stdout), (REFUSED, ""), result)
        self.assertRegex(result.stderr, rf"\Adetainerctl: .+ \({kind}\)\n\Z")
        return result.stderr
