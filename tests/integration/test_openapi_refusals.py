# SPDX-License-Identifier: ISC
"""What every call of schema/openapi.json may answer whatever is asked: because of who asks, how often, or when."""

import contextlib
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import unittest

import contract
import harness
import unix_http
from openapi_case import described, outcome


def requests():
    """A request of each call, and of none: method, address, body or None, and header fields."""
    for call in contract.api().calls.values():
        example = next(iter(call.examples.values()), None)
        body = example if isinstance(example, str | None) else json.dumps(example)
        yield call.method, call.address(), body, {"Content-Type": call.body_type} if body else {}
    yield "GET", "/nowhere", None, {}
    yield "PUT", "/v1/holds", None, {}


class Refused(unittest.TestCase):
    """Whatever somebody asks, because it is they."""

    def setUp(self):
        unix_http.observer = contract.check
        directory = harness.short_temporary_directory()
        self.addCleanup(shutil.rmtree, directory)
        self.side = os.path.join(directory, "side.sock")

    def start(self, conf):
        return self.enterContext(harness.Daemon(conf))

    def connection(self, path):
        return self.enterContext(contextlib.closing(unix_http.UnixConnection(path)))

    def assertAllRefused(self, path, expected):
        connection = self.connection(path)
        for method, target, body, headers in requests():
            with self.subTest(f"{method} {target}"):
                answer = unix_http.ask(connection, method, target, raw=body, headers=headers)
                if answer.status in (200, 201):  # a second was just over
                    answer = unix_http.ask(connection, method, target, raw=body, headers=headers)
                self.assertEqual(outcome(answer), expected, answer.text)
                call = contract.api().find(method, target)
                self.assertTrue(call is None or expected in described(call))

    def test_without_a_role(self):
        """On a socket on which other roles count than we have, where somebody has been given one."""
        self.start(f'role "auditor" {{ users = {{"{os.getuid()}"}} }}\nlisten "{self.side}" {{ roles = {{"courier"}} }}')
        self.assertAllRefused(self.side, (403, "forbidden"))

    def test_filters_that_only_some_may_use(self):
        self.start(f'listen "{self.side}" {{ roles = {{"monitor"}} }}').create("B")
        connection = self.connection(self.side)
        answer = unix_http.ask(connection, "GET", "/v1/holds?booking=B")
        self.assertEqual((outcome(answer), answer.json["field"]), ((403, "forbidden"), "booking"))

    def test_what_is_about_a_person_is_marked(self):
        """A role that may not see it gets everything else, and none of it."""
        self.start(f'listen "{self.side}" {{ roles = {{"monitor"}} }}').create("B", facts={"age": 34})
        connection = self.connection(self.side)
        for target, schema in (("/v1/holds/1", "Hold"), ("/v1/events", "Event")):
            answer = unix_http.ask(connection, "GET", target).json
            shown = answer["events"][0] if "events" in answer else answer
            members = contract.api().document["components"]["schemas"][schema]["properties"]
            personal = {name for name, member in members.items() if member.get("x-personal")}
            self.assertEqual(shown.keys() & personal, set())
            self.assertTrue(schema == "Event" or shown.keys() == members.keys() - personal)

    def test_too_often(self):
        daemon = self.start("max_requests_per_user = 1")
        harness.wait_until(lambda: daemon.get("/v1/").status == 429, what="too many requests")
        self.assertAllRefused(daemon.socket, (429, "too-many-requests"))


class Stopping(unittest.TestCase):
    """While a slow reader holds up the end, others are told that there will be no answer."""

    def setUp(self):
        self.daemon = self.enterContext(harness.Daemon("http_threads = 1"))
        self.requests = list(requests())

    def stalled_reader(self):
        """A client that has asked for more than a socket holds, and does not read it."""
        hold = self.daemon.create("B")["id"]
        for number in range(400):
            self.daemon.command(hold, "note", text=f"{number} " + "x" * 2000)
        reader = self.daemon.connect()
        self.addCleanup(reader.close)
        reader.sendall(b"GET /v1/events?limit=1000 HTTP/1.1\r\nHost: x\r\n\r\n")
        reader.recv(1, socket.MSG_PEEK)  # it has begun

    def connections(self):
        """One for each request, which the daemon has taken."""
        found = []
        for _ in self.requests:
            connection = self.daemon.connection()
            self.addCleanup(connection.close)
            harness.expect(200, unix_http.ask(connection, "GET", "/healthz"))
            found.append(connection)
        return found

    def ask_all(self, connections):
        """All at once, because there is not much time."""
        for connection, (method, target, body, headers) in zip(connections, self.requests):
            connection.request(method, target, body, headers)
        for connection, (method, target, *_) in zip(connections, self.requests):
            response = connection.getresponse()
            answer = unix_http.Answer(response.status, response.headers, response.read())
            contract.check(method, target, answer)
            yield method, target, answer

    def assertAllRefused(self, kind, cause):
        self.stalled_reader()
        connections = self.connections()
        probe = self.daemon.connection()
        self.addCleanup(probe.close)
        harness.expect(200, unix_http.ask(probe, "GET", "/v1/"))
        cause(probe)
        harness.wait_until(lambda: unix_http.ask(probe, "GET", "/v1/").status == 503, what="the end to begin")
        for method, target, answer in self.ask_all(connections):
            with self.subTest(f"{method} {target}"):
                self.assertEqual(outcome(answer), (503, kind), answer.text)
                call = contract.api().find(method, target)
                self.assertTrue(call is None or (503, kind) in described(call))

    def test_stopped(self):
        self.assertAllRefused("overloaded", lambda probe: self.daemon.process.send_signal(signal.SIGTERM))
        self.assertEqual(self.daemon.wait_exit(), 0)

    def fail_storage(self, probe):
        log = pathlib.Path(self.daemon.database + "-wal").stat().st_size
        resource.prlimit(self.daemon.pid, resource.RLIMIT_FSIZE, (log, resource.RLIM_INFINITY))
        with contextlib.suppress(ConnectionError):
            answer = unix_http.ask(probe, "POST", "/v1/holds", {"booking": "B", "facility": "PIERCE"})
            self.assertEqual(outcome(answer), (503, "storage-failed"))

    def test_failed(self):
        self.assertAllRefused("storage-failed", self.fail_storage)
        self.assertEqual(self.daemon.wait_exit(), 74)


if __name__ == "__main__":
    unittest.main()
