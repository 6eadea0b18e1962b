# SPDX-License-Identifier: ISC
"""Idempotency-Key: a command that comes again is carried out once, and answered as it was."""

import json
import os
import subprocess
import sys
import threading
import unittest

import harness
from harness import Daemon, DaemonCase, ago, patience, read_answer

NOBODY = 65534


def told(answer):
    """All that an answer says, but for when it was given and whether it had been before."""
    headers = {name: value for name, value in answer.headers.items()
               if name not in ("Date", "Idempotency-Replayed")}
    return answer.status, headers, answer.data


class KeyCase(DaemonCase):
    keys = 0

    @classmethod
    def key(cls):
        """A key that no other test uses."""
        KeyCase.keys += 1
        return f"key-{KeyCase.keys}"

    def keyed(self, path, body, key, **headers):
        return self.daemon.post(path, body, {"Idempotency-Key": key} | headers)

    def assertReplays(self, answer, first):
        self.assertEqual(answer.headers["Idempotency-Replayed"], "true")
        self.assertIsNone(first.headers["Idempotency-Replayed"])
        self.assertEqual(told(answer), told(first))

    def holds_on(self, booking):
        return self.daemon.get(f"/v1/holds?booking={booking}").json["holds"]


class Repeated(KeyCase):
    def test_request(self):
        key, body = self.key(), {"booking": self.booking(), "facility": "PIERCE"}
        first = self.keyed("/v1/holds", body, key)
        self.assertEqual(first.status, 201)
        self.assertReplays(self.keyed("/v1/holds", body, key), first)
        self.assertReplays(self.keyed("/v1/holds", body, f'"{key}"'), first)
        self.assertEqual([hold["id"] for hold in self.holds_on(body["booking"])], [first.json["id"]])

    def test_command(self):
        hold, key = self.daemon.create(self.booking())["id"], self.key()
        first = self.keyed(f"/v1/holds/{hold}/start", {}, key)
        self.assertEqual((first.status, first.headers["ETag"]), (200, '"2"'))
        self.daemon.command(hold, "release")
        self.assertReplays(self.keyed(f"/v1/holds/{hold}/start", {}, key), first)
        self.assertEqual(self.daemon.hold(hold)["state"], "released")

    def test_command_without_body(self):
        path, headers = f"/v1/holds/{self.daemon.create(self.booking())['id']}/serve", {"Idempotency-Key": self.key()}
        first = self.daemon.post(path, headers=headers)
        self.assertEqual(first.status, 200)
        self.assertReplays(self.daemon.post(path, headers=headers), first)

    def test_refusal(self):
        hold, key = self.daemon.create(self.booking())["id"], self.key()
        first = self.keyed(f"/v1/holds/{hold}/release", {}, key)
        self.assertProblem(first, 409, "illegal-transition")
        self.daemon.command(hold, "start")
        self.assertReplays(self.keyed(f"/v1/holds/{hold}/release", {}, key), first)
        self.assertEqual(self.daemon.hold(hold)["state"], "held")
        self.assertEqual(self.keyed(f"/v1/holds/{hold}/release", {}, self.key()).status, 200)

    def test_refused_by_the_ledger(self):
        for path, body, status in (("/v1/holds/999999/note", {"text": "x"}, 404),
                                   ("/v1/holds", {"booking": "B", "facility": "NOWHERE"}, 422)):
            key = self.key()
            first = self.keyed(path, body, key)
            self.assertEqual(first.status, status)
            self.assertReplays(self.keyed(path, body, key), first)

    def test_unread_answer(self):
        """The client goes away before the answer comes, and asks again."""
        body = {"booking": self.booking(), "facility": "PIERCE"}
        text, key = json.dumps(body), self.key()
        with self.daemon.connect() as stream:
            stream.sendall(f"POST /v1/holds HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                           f"Idempotency-Key: {key}\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode())
        again = self.keyed("/v1/holds", body, key)
        self.assertEqual(again.status, 201)
        self.assertEqual([hold["id"] for hold in self.holds_on(body["booking"])], [again.json["id"]])

    def test_many_at_once(self):
        key, body = self.key(), {"booking": self.booking(), "facility": "PIERCE"}
        answers = []
        start = threading.Barrier(16)

        def ask():
            connection = self.daemon.connection()
            connection.connect()
            start.wait()
            for _ in range(5):
                answers.append(harness.ask(connection, "POST", "/v1/holds", body,
                                           {"Idempotency-Key": key}))
            connection.close()

        threads = [threading.Thread(target=ask) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(answers), 80)
        self.assertEqual(len({answer.data for answer in answers}), 1)
        self.assertEqual([answer.headers["Idempotency-Replayed"] for answer in answers].count(None), 1)
        self.assertEqual(len(self.holds_on(body["booking"])), 1)

    def test_counted(self):
        def replayed():
            line, = [line for line in self.daemon.get("/metrics").text.splitlines()
                     if line.startswith("detainerd_commands_replayed_total ")]
            return int(line.split()[1])
        key, body = self.key(), {"booking": self.booking(), "facility": "PIERCE"}
        before = replayed()
        self.keyed("/v1/holds", body, key)
        self.assertEqual(replayed(), before)
        self.keyed("/v1/holds", body, key)
        self.assertEqual(replayed(), before + 1)


class Scope(KeyCase):
    daemon_options = {"conf_extra": f'role "records" {{ users = {{"{os.geteuid()}", "{NOBODY}"}} }}'}

    def assertReused(self, answer):
        self.assertProblem(answer, 422, "idempotency-key-reused", "Idempotency-Key")

    def test_another_body(self):
        key, booking = self.key(), self.booking()
        self.keyed("/v1/holds", {"booking": booking, "facility": "PIERCE"}, key)
        other = {"booking": self.booking(), "facility": "PIERCE"}
        self.assertReused(self.keyed("/v1/holds", other, key))
        self.assertEqual(self.holds_on(other["booking"]), [])

    def test_other_bytes(self):
        """What a client repeats are the bytes; the same in other words is another body."""
        hold, headers = self.daemon.create(self.booking())["id"], {"Idempotency-Key": self.key()}
        self.daemon.post(f"/v1/holds/{hold}/serve", raw=b"{}", headers=headers)
        self.assertReused(self.daemon.post(f"/v1/holds/{hold}/serve", raw=b"{ }", headers=headers))

    def test_another_address(self):
        one, two = (self.daemon.create(self.booking())["id"] for _ in range(2))
        key = self.key()
        self.keyed(f"/v1/holds/{one}/serve", {}, key)
        self.assertReused(self.keyed(f"/v1/holds/{two}/serve", {}, key))
        self.assertReused(self.keyed(f"/v1/holds/{one}/start", {}, key))
        self.assertEqual([self.daemon.hold(hold)["rev"] for hold in (one, two)], [2, 1])

    def test_another_uid(self):
        """A key belongs to the uid at the other end of the socket."""
        if os.geteuid() != 0:
            self.skipTest("needs root to become somebody else")
        os.chmod(self.daemon.dir, 0o755)
        os.chmod(self.daemon.socket, 0o666)
        body = json.dumps({"booking": self.booking(), "facility": "PIERCE"})
        request = (f"POST /v1/holds HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                   f"Idempotency-Key: {self.key()}\r\nConnection: close\r\n"
                   f"Content-Length: {len(body)}\r\n\r\n{body}")
        script = ("import socket, sys\ns = socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\n"
                  "s.sendall(sys.stdin.buffer.read())\n"
                  "while data := s.recv(65536): sys.stdout.buffer.write(data)")

        def ask(uid):
            return subprocess.run(
                [sys.executable, "-c", script, self.daemon.socket], input=request, text=True, cwd="/",
                check=True, capture_output=True, timeout=patience(60), user=uid).stdout.splitlines()

        first, other, again = ask(0), ask(NOBODY), ask(0)
        self.assertEqual([answer[0] for answer in (first, other, again)],
                         ["HTTP/1.1 201 Created"] * 3)
        self.assertNotEqual(other[-1], first[-1])
        self.assertEqual(again[-1], first[-1])
        self.assertNotIn("Idempotency-Replayed: true", other)
        self.assertIn("Idempotency-Replayed: true", again)
        self.assertEqual(len(self.holds_on(json.loads(body)["booking"])), 2)


class Refused(KeyCase):
    BROKEN = ("", "two words", '"two words"', '"open', "a,b", "a;q=1", '"a";q=1', "caf\u00e9", "x" * 129)

    def test_broken_keys(self):
        hold = self.daemon.create(self.booking())["id"]
        for key in self.BROKEN:
            for path in ("/v1/holds", f"/v1/holds/{hold}/serve", "/v1/policies/always-honor/evaluate",
                         "/v1/reload"):
                with self.subTest(f"{key} {path}"):
                    answer = self.keyed(path, {}, key)
                    self.assertProblem(answer, 400, "invalid-header", "Idempotency-Key")
        self.assertEqual(self.daemon.hold(hold)["rev"], 1)

    def test_longest_key(self):
        body = {"booking": self.booking(), "facility": "PIERCE"}
        first = self.keyed("/v1/holds", body, "k" * 128)
        self.assertReplays(self.keyed("/v1/holds", body, "k" * 128), first)

    def test_two_keys(self):
        with self.daemon.connect() as stream:
            stream.sendall(b"POST /v1/holds HTTP/1.1\r\nHost: x\r\nIdempotency-Key: a\r\n"
                           b"idempotency-key: a\r\nContent-Length: 0\r\n\r\n")
            self.assertProblem(read_answer(stream), 400, "invalid-header", "Idempotency-Key")

    def test_what_never_reached_the_ledger_is_not_kept(self):
        """A body that is refused as such may be mended under the same key."""
        key, booking = self.key(), self.booking()
        answer = self.keyed("/v1/holds", {"booking": booking, "facilty": "PIERCE"}, key)
        self.assertProblem(answer, 400, "unknown-field", "facilty")
        self.assertEqual(self.keyed("/v1/holds", {"booking": booking, "facility": "PIERCE"}, key).status, 201)


class NothingRecorded(KeyCase):
    """What changes nothing in the ledger is done each time that it comes."""

    def test_read(self):
        key = self.key()
        for _ in range(2):
            answer = self.daemon.get("/v1/holds", {"Idempotency-Key": key})
            self.assertEqual((answer.status, answer.headers["Idempotency-Replayed"]), (200, None))

    def test_evaluate(self):
        key = self.key()
        for facts in ({}, {"age": 34}):
            answer = self.keyed("/v1/policies/always-honor/evaluate", {"facts": facts}, key)
            self.assertEqual((answer.status, answer.headers["Idempotency-Replayed"]), (200, None))

    def test_reload(self):
        key = self.key()
        for loads in (1, 2):
            answer = self.keyed("/v1/reload", {}, key)
            self.assertEqual((answer.status, answer.headers["Idempotency-Replayed"]), (200, None))
            self.daemon.wait_stderr(r"(?s)(facilities, .* are loaded.*){%d}" % (loads + 1))


class Lasting(unittest.TestCase):
    """Whatever happened to the daemon in between."""

    def ask(self, daemon):
        headers = {"Idempotency-Key": "lasting"}
        made = daemon.post("/v1/holds", {"booking": "A", "facility": "PIERCE"}, headers)
        started = daemon.post("/v1/holds/1/start", {}, {"Idempotency-Key": "lasting-start"})
        refused = daemon.post("/v1/holds/1/serve", {}, {"Idempotency-Key": "lasting-serve"})
        self.assertEqual([answer.status for answer in (made, started, refused)], [201, 200, 409])
        return [told(answer) for answer in (made, started, refused)]

    def test_kill(self):
        with Daemon() as daemon:
            before = self.ask(daemon)
            daemon.kill()
            daemon.restart()
            self.assertEqual(self.ask(daemon), before)
            self.assertEqual([event["kind"] for event in daemon.events()], ["hold.lodged", "hold.started"])

    def test_other_configuration(self):
        """The zone in an answer is the configuration's, and the answer that of then."""
        with Daemon() as daemon:
            before = self.ask(daemon)
            daemon.stop()
            daemon.write_conf(facilities=harness.FACILITIES.replace("Los_Angeles", "New_York"))
            daemon.restart()
            self.assertEqual(self.ask(daemon), before)
            self.assertEqual(daemon.hold(1)["zone"], "America/New_York")

    def test_seven_days(self):
        """Time cannot be moved here, but what the file says of when."""
        with Daemon() as daemon:
            before = self.ask(daemon)
            daemon.stop()
            with daemon.sqlite() as database:
                kept = database.execute("SELECT count(*) FROM idempotency").fetchone()[0]
            self.assertEqual(kept, 3)
            self.set_age(daemon, days=6, hours=23)
            daemon.restart()
            self.assertEqual(self.ask(daemon), before)
            daemon.stop()
            self.set_age(daemon, days=7)
            daemon.restart()
            daemon.create("B")  # with a turn that has something to do, what is old goes
            again = daemon.post("/v1/holds", {"booking": "A", "facility": "PIERCE"},
                                {"Idempotency-Key": "lasting"})
            self.assertEqual((again.status, again.headers["Idempotency-Replayed"]), (201, None))
            self.assertEqual(again.json["id"], 3)

    def set_age(self, daemon, **age):
        at_us = int(harness.parse_rfc3339(ago(**age)).timestamp() * 1_000_000)
        database = harness.sqlite3.connect(daemon.database)
        database.execute("UPDATE idempotency SET recorded_at = ?", (at_us,))
        database.commit()
        database.close()


if __name__ == "__main__":
    unittest.main()
