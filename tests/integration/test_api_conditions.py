# SPDX-License-Identifier: ISC
"""Conditional requests, RFC 9110, section 13: If-Match on commands, If-None-Match and If-Match on reads."""

import contextlib
import os
import shutil
import threading
import unittest

import harness
from harness import Daemon, DaemonCase, UnixConnection, ask, read_answer

BROKEN = ("", "1", '"1', '1"', "'1'", 'w/"1"', '"1" "2"', '*, "1"', "W/1")
PAST = "Sat, 29 Oct 1994 19:43:31 GMT"


class Commands(DaemonCase):
    def setUp(self):
        self.hold = self.daemon.create(self.booking())["id"]

    def note(self, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.daemon.post(f"/v1/holds/{self.hold}/note", {"text": "x"}, headers)

    def rev(self):
        return self.daemon.hold(self.hold)["rev"]

    def assertFailed(self, answer, rev):
        problem = self.assertProblem(answer, 412, "precondition-failed", "If-Match")
        self.assertEqual(problem["rev"], rev)
        self.assertEqual(answer.headers["ETag"], f'"{rev}"')
        self.assertEqual(self.rev(), rev)

    def test_as_it_was_read(self):
        for expected in ("2", "3"):
            tag = self.daemon.get(f"/v1/holds/{self.hold}").headers["ETag"]
            answer = self.note(If_Match=tag)
            self.assertEqual((answer.status, answer.headers["ETag"]), (200, f'"{expected}"'))

    def test_changed_meanwhile(self):
        self.note()
        self.assertFailed(self.note(If_Match='"1"'), 2)

    def test_matching(self):
        for number, tags in enumerate(('"7", "1"', '"2" ,"9"', "*", ' "4"', '"5",'), 1):
            with self.subTest(tags):
                self.assertEqual(self.note(If_Match=tags).status, 200)
                self.assertEqual(self.rev(), number + 1)

    def test_not_matching(self):
        for tags in ('"2"', '"0"', '"01"', '"12"', 'W/"1"', '"W/1"', '""', '"*"', 'W/"1", "2"'):
            with self.subTest(tags):
                self.assertFailed(self.note(If_Match=tags), 1)

    def test_broken(self):
        for tags in BROKEN:
            with self.subTest(tags):
                self.assertProblem(self.note(If_Match=tags), 400, "invalid-header", "If-Match")
        self.assertEqual(self.rev(), 1)

    def test_lines_make_one_list(self):
        for lines, status in (('If-Match: "7"\r\nif-match: "1"\r\n', 200), ('If-Match: "7"\r\nIf-Match: "8"\r\n', 412),
                              ('If-Match: "2"\r\nIf-Match: *\r\n', 400)):
            with self.subTest(lines), self.daemon.connect() as stream:
                stream.sendall(f"POST /v1/holds/{self.hold}/serve HTTP/1.1\r\nHost: x\r\n{lines}"
                               "Content-Length: 0\r\n\r\n".encode())
                self.assertEqual(read_answer(stream).status, status)

    def test_order_of_checks(self):
        """What would be refused whatever the state is refused for that; then comes the condition; and
        then what the state allows."""
        stale = {"If-Match": '"9"'}
        self.assertProblem(self.daemon.post("/v1/holds/999999/note", {"text": "x"}, stale), 404, "not-found")
        path = f"/v1/holds/{self.hold}"
        self.assertProblem(self.daemon.post(f"{path}/note", {"txt": "x"}, stale), 400, "unknown-field")
        self.assertFailed(self.daemon.post(f"{path}/release", {}, stale), 1)
        self.assertProblem(self.daemon.post(f"{path}/release", {}, {"If-Match": '"1"'}), 409, "illegal-transition")

    def test_dates_do_not_count(self):
        answer = self.note(If_Unmodified_Since=PAST, If_Modified_Since="Fri, 01 Jan 2100 00:00:00 GMT")
        self.assertEqual(answer.status, 200)

    def test_where_there_is_nothing_to_compare(self):
        for path in ("/v1/holds", "/v1/policies/always-honor/evaluate", "/v1/reload"):
            for tags in ("*", '"1"'):
                with self.subTest(path):
                    answer = self.daemon.post(path, {}, {"If-Match": tags})
                    self.assertProblem(answer, 400, "invalid-header", "If-Match")

    def test_if_none_match_is_for_reads(self):
        self.assertProblem(self.note(If_None_Match='"1"'), 400, "invalid-header", "If-None-Match")
        answer = self.daemon.post("/v1/holds", {"booking": "B", "facility": "PIERCE"}, {"If-None-Match": "*"})
        self.assertProblem(answer, 400, "invalid-header", "If-None-Match")
        self.assertEqual(self.rev(), 1)

    def test_of_many_one_wins(self):
        statuses = []
        start = threading.Barrier(12)

        def ask_once():
            connection = self.daemon.connection()
            connection.connect()
            start.wait()
            answer = ask(connection, "POST", f"/v1/holds/{self.hold}/note", {"text": "x"}, {"If-Match": '"1"'})
            statuses.append(answer.status)
            connection.close()

        threads = [threading.Thread(target=ask_once) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(statuses), [200] + [412] * 11)
        self.assertEqual(self.rev(), 2)

    def test_with_a_key(self):
        """The client whose answer was lost has changed the hold itself: it gets its answer all the same.
        One who came too late looks, and may then take the same key."""
        headers = {"If-Match": '"1"', "Idempotency-Key": f"conditions-{self.hold}"}
        path = f"/v1/holds/{self.hold}/note"
        first = self.daemon.post(path, {"text": "x"}, headers)
        again = self.daemon.post(path, {"text": "x"}, headers)
        self.assertEqual((first.status, again.status, again.data), (200, 200, first.data))
        late = headers | {"Idempotency-Key": f"late-{self.hold}"}
        self.assertFailed(self.daemon.post(path, {"text": "y"}, late), 2)
        mended = self.daemon.post(path, {"text": "y"}, late | {"If-Match": '"2"'})
        self.assertEqual((mended.status, mended.headers["Idempotency-Replayed"]), (200, None))


class Reads(DaemonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hold = cls.daemon.create(cls.booking())["id"]
        cls.path = f"/v1/holds/{cls.hold}"

    def get(self, path, **headers):
        return self.daemon.get(path, {name.replace("_", "-"): value for name, value in headers.items()})

    def tag(self, path):
        return self.daemon.get(path).headers["ETag"]

    def assertNotModified(self, answer, tag):
        self.assertEqual((answer.status, answer.data), (304, b""))
        self.assertEqual(answer.headers["ETag"], tag)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertIsNone(answer.headers["Content-Type"])

    def test_hold(self):
        tag = self.tag(self.path)
        for tags in (tag, f"W/{tag}", f'"x", {tag}', f'"x" ,W/{tag},', "*"):
            with self.subTest(tags):
                self.assertNotModified(self.get(self.path, If_None_Match=tags), tag)
        for tags in ('"x"', '"0"', '""', '"W/"'):
            with self.subTest(tags):
                self.assertEqual(self.get(self.path, If_None_Match=tags).status, 200)
        self.daemon.command(self.hold, "note", text="x")
        answer = self.get(self.path, If_None_Match=tag)
        self.assertEqual(answer.status, 200)
        self.assertNotEqual(answer.headers["ETag"], tag)

    def test_length_is_that_of_the_whole(self):
        """RFC 9110, 8.6: a 304 that tells a length tells that of the 200."""
        length = self.daemon.get(self.path).headers["Content-Length"]
        self.assertEqual(self.get(self.path, If_None_Match="*").headers["Content-Length"], length)

    def test_head(self):
        tag = self.tag(self.path)
        self.assertNotModified(self.daemon.request("HEAD", self.path, headers={"If-None-Match": tag}), tag)
        answer = self.daemon.request("HEAD", self.path, headers={"If-None-Match": '"x"'})
        self.assertEqual((answer.status, answer.headers["ETag"], answer.data), (200, tag, b""))

    def test_connection_goes_on(self):
        connection = self.daemon.connection()
        self.addCleanup(connection.close)
        ask(connection, "GET", "/healthz")
        stream = connection.sock
        for _ in range(20):
            self.assertEqual(ask(connection, "GET", self.path, headers={"If-None-Match": "*"}).status, 304)
            self.assertEqual(ask(connection, "GET", "/v1/holds", headers={"If-None-Match": "*"}).status, 304)
            self.assertEqual(ask(connection, "GET", self.path).status, 200)
        self.assertIs(connection.sock, stream, "the daemon closed a connection it need not close")

    def test_if_match(self):
        tag = self.tag(self.path)
        for tags, status in ((tag, 200), ("*", 200), (f'"x", {tag}', 200), (f"W/{tag}", 412), ('"x"', 412)):
            with self.subTest(tags):
                answer = self.get(self.path, If_Match=tags)
                self.assertEqual((answer.status, answer.headers["ETag"]), (status, tag))
        self.assertProblem(self.get(self.path, If_Match='"x"'), 412, "precondition-failed", "If-Match")
        # Strong comparison finds no weak tag, and where there is no tag at all only * is met.
        self.assertEqual(self.get("/v1/holds", If_Match=self.tag("/v1/holds")).status, 412)
        self.assertEqual(self.get("/healthz", If_Match='"x"').status, 412)
        self.assertEqual(self.get("/healthz", If_Match="*").status, 200)

    def test_if_match_comes_first(self):
        tag = self.tag(self.path)
        self.assertEqual(self.get(self.path, If_Match='"x"', If_None_Match=tag).status, 412)
        self.assertEqual(self.get(self.path, If_Match=tag, If_None_Match=tag).status, 304)
        self.assertEqual(self.get(self.path, If_Match=tag, If_None_Match='"x"').status, 200)

    def test_dates_do_not_count(self):
        """Nothing has a date of modification, so there is nothing to compare dates with."""
        self.assertEqual(self.get(self.path, If_Modified_Since="Fri, 01 Jan 2100 00:00:00 GMT").status, 200)
        self.assertEqual(self.get(self.path, If_Unmodified_Since=PAST).status, 200)
        self.assertIsNone(self.daemon.get(self.path).headers["Last-Modified"])

    def test_broken(self):
        for tags in BROKEN:
            for name in ("If-None-Match", "If-Match"):
                with self.subTest(f"{name}: {tags}"):
                    answer = self.daemon.get(self.path, {name: tags})
                    self.assertProblem(answer, 400, "invalid-header", name)

    def test_what_is_no_success_is_told(self):
        """13.2.1: a condition does not count where the answer without it would be another than 200."""
        for path, status in (("/v1/holds/999999", 404), ("/v1/holds?colour=red", 400), ("/v1/nothing", 404)):
            for name in ("If-None-Match", "If-Match"):
                with self.subTest(f"{name} {path}"):
                    self.assertEqual(self.daemon.get(path, {name: "*"}).status, status)
        self.assertEqual(self.daemon.request("PUT", self.path, headers={"If-Match": '"x"'}).status, 405)

    HISTORY = ("/v1/holds", "/v1/holds?state=lodged&limit=1", "/v1/events", "/v1/events?after=1")
    LAW = ("/v1/deadline?facility=PIERCE&eligible_at=2026-11-25T12:00:00-08:00", "/v1/policies",
           "/v1/policies/always-honor")

    def test_lists(self):
        for path in (*self.HISTORY, f"{self.path}/events", *self.LAW):
            with self.subTest(path):
                tag = self.tag(path)
                self.assertRegex(tag, r'^W/"[^"]+"$')
                self.assertNotModified(self.get(path, If_None_Match=tag), tag)
                self.assertNotModified(self.daemon.request("HEAD", path, headers={"If-None-Match": tag}), tag)

    def test_lists_change_with_the_history(self):
        tags = {path: self.tag(path) for path in (*self.HISTORY, f"{self.path}/events")}
        self.daemon.create(self.booking())
        for path, tag in tags.items():
            with self.subTest(path):
                answer = self.get(path, If_None_Match=tag)
                self.assertEqual(answer.status, 200)
                self.assertNotEqual(answer.headers["ETag"], tag)

    def test_what_tells_the_time_has_no_tag(self):
        for path in ("/v1/", "/metrics", "/healthz"):
            self.assertIsNone(self.daemon.get(path).headers["ETag"])

    def test_long_poll(self):
        """A poll waits as without the condition; the tag of its page says whether that is news."""
        last = self.daemon.get("/v1/events?limit=1").json["last_seq"]
        path = f"/v1/events?after={last}&wait=30"
        tag = self.tag(f"/v1/events?after={last}")
        answers = []
        poll = threading.Thread(target=lambda: answers.append(self.get(path, If_None_Match=tag)))
        poll.start()
        self.daemon.create(self.booking())
        poll.join()
        self.assertEqual((answers[0].status, answers[0].json["events"][0]["seq"]), (200, last + 1))
        self.assertEqual(self.get(f"/v1/events?after={last + 1}&wait=1", If_None_Match="*").status, 304)


class Law(unittest.TestCase):
    def test_tags_change_with_the_law(self):
        with Daemon() as daemon:
            daemon.create("A")
            paths = ("/v1/holds", *Reads.LAW)
            tags = {path: daemon.get(path).headers["ETag"] for path in paths}
            daemon.write_conf(facilities=harness.FACILITIES.replace("Los_Angeles", "New_York"))
            self.assertEqual(daemon.post("/v1/reload").status, 200)
            for path, tag in tags.items():
                answer = daemon.get(path, {"If-None-Match": tag})
                self.assertEqual(answer.status, 200, path)
            self.assertEqual(daemon.get("/v1/holds").json["holds"][0]["zone"], "America/New_York")

    def test_tags_of_who_sees_less_are_others(self):
        """What somebody got who may see bookings is not what somebody has who may not."""
        directory = harness.short_temporary_directory()
        self.addCleanup(shutil.rmtree, directory)
        reading = os.path.join(directory, "read.sock")
        roles = "".join(f'role "{role}" {{ users = {{"{os.geteuid()}"}} }}\n' for role in ("records", "monitor"))
        with Daemon(f'{roles}listen "{reading}" {{ roles = {{"monitor"}} }}\n', dir=directory) as daemon:
            daemon.create("A")
            with contextlib.closing(UnixConnection(reading)) as connection:
                for path in Reads.HISTORY:
                    tag = daemon.get(path).headers["ETag"]
                    answer = ask(connection, "GET", path, headers={"If-None-Match": tag})
                    self.assertEqual(answer.status, 200, path)
                    self.assertNotIn('"booking":"A"', answer.text)
                    again = ask(connection, "GET", path, headers={"If-None-Match": answer.headers["ETag"]})
                    self.assertEqual(again.status, 304)

    def test_tags_of_another_run_are_others(self):
        """A new version may answer in other words, and a database may have been put back."""
        with Daemon() as daemon:
            daemon.create("A")
            tags = {path: daemon.get(path).headers["ETag"] for path in (*Reads.HISTORY, *Reads.LAW)}
            daemon.restart()
            for path, tag in tags.items():
                self.assertEqual(daemon.get(path, {"If-None-Match": tag}).status, 200, path)
            self.assertEqual(daemon.get("/v1/holds/1", {"If-None-Match": '"1"'}).status, 304)


if __name__ == "__main__":
    unittest.main()
