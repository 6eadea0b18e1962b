# SPDX-License-Identifier: ISC
"""Long polls: an answer with the next event, or empty when the wait is over."""

import threading
import time
import unittest

import harness
from harness import DaemonCase, patience, read_answer


class LongPoll(DaemonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lodged = cls.daemon.create(cls.booking())["id"]

    def newest(self):
        return self.daemon.get("/v1/events?limit=1").json["last_seq"]

    def poll(self, after, wait, headers=""):
        """Sends a long poll and returns the raw socket that waits for the answer."""
        stream = self.daemon.connect(timeout=90)
        self.addCleanup(stream.close)
        stream.sendall(f"GET /v1/events?after={after}&wait={wait} HTTP/1.1\r\nHost: x\r\n{headers}\r\n"
                       .encode())
        return stream

    def note(self, text="x"):
        return self.daemon.command(self.lodged, "note", text=text)

    def assertWaiting(self, streams):
        """The polls are really suspended: a later request on a new connection is served before."""
        self.daemon.get("/healthz")
        for stream in streams:
            stream.setblocking(False)
            try:
                with self.assertRaises(BlockingIOError):
                    stream.recv(1)
            finally:
                stream.settimeout(patience(90))

    def test_answers_with_the_next_event_at_once(self):
        after = self.newest()
        stream = self.poll(after, 50)
        self.assertWaiting([stream])
        self.note("wake up")
        started = time.monotonic()
        answer = read_answer(stream)
        self.assertLess(time.monotonic() - started, patience(2))
        event, = answer.json["events"]
        self.assertEqual((event["seq"], event["text"]), (after + 1, "wake up"))
        self.assertEqual(answer.json["last_seq"], after + 1)

    def test_empty_when_the_wait_is_over(self):
        after = self.newest()
        started = time.monotonic()
        answer = self.daemon.get(f"/v1/events?after={after}&wait=1")
        self.assertGreater(time.monotonic() - started, 0.9)
        self.assertLess(time.monotonic() - started, patience(5))
        self.assertEqual(answer.json, {"events": [], "last_seq": after})

    def test_does_not_wait_where_there_is_something(self):
        after = self.newest()
        self.note()
        started = time.monotonic()
        answer = self.daemon.get(f"/v1/events?after={after}&wait=50")
        self.assertLess(time.monotonic() - started, patience(2))
        self.assertEqual(len(answer.json["events"]), 1)

    def test_wait_0_does_not_wait(self):
        started = time.monotonic()
        answer = self.daemon.get(f"/v1/events?after={self.newest()}&wait=0")
        self.assertLess(time.monotonic() - started, patience(1))
        self.assertEqual(answer.json["events"], [])

    def test_bounds(self):
        for wait in ("-1", "61", "x", "", "1.5", "99999999999999999999"):
            with self.subTest(wait):
                answer = self.daemon.get(f"/v1/events?after=0&wait={wait}")
                self.assertProblem(answer, 400, "invalid-parameter", "wait")
        answer = self.daemon.get("/v1/events?after=0&wait=60")
        self.assertEqual(answer.status, 200)

    def test_time_itself_wakes_it(self):
        hold = self.daemon.create(self.booking(), received_at=harness.ago(hours=60))["id"]
        self.daemon.command(hold, "start", eligible_at=harness.ago(hours=47, minutes=59, seconds=57))
        event = self.daemon.wait_event("hold.expired", hold, after=self.newest())
        self.assertEqual(event["actor"], "clock")
        self.assertNotIn("pid", event)

    def test_many_at_once(self):
        after = self.newest()
        streams = [self.poll(after, 50) for _ in range(300)]
        self.assertWaiting(streams[-1:])
        self.note("to all")
        bodies = {read_answer(stream).data for stream in streams}
        self.assertEqual(len(bodies), 1)
        self.assertIn(b'"text":"to all"', bodies.pop())

    def test_many_at_different_places(self):
        """Each waiter gets all that is after its own place, and nothing else."""
        for _ in range(5):
            self.note()
        newest = self.newest()
        waiting = [self.poll(newest + i % 2, 20) for i in range(20)]
        self.assertWaiting(waiting)
        self.note("first")
        for stream in waiting[::2]:
            self.assertEqual([event["seq"] for event in read_answer(stream).json["events"]],
                             [newest + 1])
        self.assertWaiting(waiting[1::2])
        self.note("second")
        for stream in waiting[1::2]:
            self.assertEqual([event["seq"] for event in read_answer(stream).json["events"]],
                             [newest + 2])

    def test_clients_that_go_away(self):
        after = self.newest()
        for _ in range(3):
            streams = [self.poll(after, 60) for _ in range(50)]
            self.assertWaiting(streams[-1:])
            for stream in streams:
                stream.close()
        answer = self.note("still here")
        self.assertEqual(answer["state"], "lodged")
        self.assertEqual(len(self.daemon.get(f"/v1/events?after={after}").json["events"]), 1)

    def test_keeps_the_connection(self):
        connection = self.daemon.connection()
        self.addCleanup(connection.close)
        after = self.newest()
        for i in range(5):
            writer = threading.Thread(target=self.note, args=(f"{i}",))
            writer.start()
            answer = harness.ask(connection, "GET", f"/v1/events?after={after}&wait=30")
            writer.join()
            event, = answer.json["events"]
            self.assertEqual(event["text"], f"{i}")
            after = event["seq"]

    def test_nothing_is_missed_between_polls(self):
        """A reader that follows while several write sees every number once."""
        start = self.newest()
        writers = [threading.Thread(target=lambda: [self.note() for _ in range(50)]) for _ in range(4)]
        for writer in writers:
            writer.start()
        seen, after = [], start
        while len(seen) < 200:
            events = self.daemon.get(f"/v1/events?after={after}&wait=20").json["events"]
            self.assertTrue(events, "the wait ended before all events came")
            seen += [event["seq"] for event in events]
            after = seen[-1]
        for writer in writers:
            writer.join()
        self.assertEqual(seen, list(range(start + 1, start + 201)))


if __name__ == "__main__":
    unittest.main()
