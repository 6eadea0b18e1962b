# SPDX-License-Identifier: ISC
"""/metrics of the real daemon in several states, read by parsers that are not ours; and /healthz."""

import contextlib
import http.client
import json
import re
import sqlite3
import time
import unittest

import harness
from harness import REPOSITORY, Daemon, DaemonCase, ago
from monitoring import OPENMETRICS, Scrape, check_text, parse_text

HOUR_S = 3600
REFUSED = 'http_connections_refused_total{{limit="{}"}}'
TEXT = "text/plain; version=0.0.4; charset=utf-8"


def is_valid(daemon):
    """Both dialects are clean and tell of the same samples; returns the scrape."""
    text = daemon.get("/metrics").text
    check_text(text)
    scrape = Scrape(daemon)
    told = {(sample.name, *sample.labels.values()) for family in parse_text(text)
            for sample in family.samples}
    also_told = {(name, *(label.split("=", 1)[1] for label in labels))
                 for name, *labels in scrape.samples}
    assert told == also_told, told ^ also_told
    return scrape


def start(daemon, booking, **ago_that_long):
    """A hold that is held, or was to be, since so long ago."""
    hold = daemon.create(booking, received_at=ago(**ago_that_long))["id"]
    return daemon.command(hold, "start", eligible_at=ago(**ago_that_long))


def epoch_s(text):
    return harness.parse_rfc3339(text).timestamp()


class States(unittest.TestCase):
    """What is told of a jail, from an empty one to one whose database fails."""

    def test_empty(self):
        with Daemon() as daemon:
            scrape = is_valid(daemon)
            self.assertEqual({value for (name, *_), value in scrape.samples.items()
                              if name == "detainerd_holds"}, {0})
            self.assertEqual(scrape["overdue_holds"], 0)
            self.assertEqual(scrape["overdue_longest_seconds"], 0)
            self.assertIsNone(scrape["next_deadline_timestamp_seconds"])
            self.assertIsNone(scrape["next_timer_timestamp_seconds"])
            self.assertEqual(scrape["events_total"], 0)
            self.assertEqual(scrape["expiry_lateness_seconds_count"], 0)
            self.assertEqual(scrape["storage_failed"], 0)
            self.assertEqual(scrape["queued_commands"], 0)

    def test_held(self):
        with Daemon() as daemon:
            later, sooner = start(daemon, "A", hours=1), start(daemon, "B", hours=2)
            scrape = is_valid(daemon)
            self.assertEqual(scrape["holds", "state=held"], 2)
            self.assertEqual(scrape["overdue_holds"], 0)
            self.assertEqual(scrape["overdue_longest_seconds"], 0)
            self.assertAlmostEqual(scrape["next_deadline_timestamp_seconds"],
                                   epoch_s(sooner["deadline_at"]), places=5)
            self.assertAlmostEqual(scrape["next_timer_timestamp_seconds"],
                                   epoch_s(sooner["next_timer"]["due_at"]), places=5)
            daemon.command(sooner["id"], "release")
            self.assertAlmostEqual(Scrape(daemon)["next_deadline_timestamp_seconds"],
                                   epoch_s(later["deadline_at"]), places=5)

    def test_overdue(self):
        with Daemon() as daemon:
            first, second = start(daemon, "A", hours=50), start(daemon, "B", hours=49)
            scrape = is_valid(daemon)
            self.assertEqual(scrape["holds", "state=expired"], 2)
            self.assertEqual(scrape["overdue_holds"], 2)
            self.assertAlmostEqual(scrape["overdue_longest_seconds"], 2 * HOUR_S,
                                   delta=harness.patience(30))
            daemon.command(first["id"], "release")
            scrape = is_valid(daemon)
            self.assertEqual(scrape["overdue_holds"], 1)
            self.assertAlmostEqual(scrape["overdue_longest_seconds"], HOUR_S, delta=harness.patience(30))
            daemon.command(second["id"], "release")
            scrape = is_valid(daemon)
            self.assertEqual((scrape["overdue_holds"], scrape["overdue_longest_seconds"]), (0, 0))

    def test_expired_while_running(self):
        with Daemon() as daemon:
            hold = start(daemon, "A", hours=47, minutes=59, seconds=59)
            daemon.wait_event("hold.expired", hold["id"])
            scrape = is_valid(daemon)
            self.assertEqual(scrape["expiry_lateness_seconds_count"], 1)
            self.assertEqual(scrape["expiry_lateness_seconds_sum"],
                             scrape["expiry_lateness_max_seconds"])
            late_s = daemon.events(hold["id"])[-1]["late_us"] / 1e6
            self.assertEqual(scrape["expiry_lateness_seconds_sum"], late_s)
            self.assertEqual(scrape["expiry_lateness_seconds_bucket", "le=604800.0"], 1)

    def test_expired_while_down(self):
        """An expiry that the daemon slept through is late, though it is not to blame."""
        with Daemon() as daemon:
            hold = start(daemon, "A", hours=47, minutes=59, seconds=59)
            daemon.kill()
            harness.wait_until(lambda: harness.now() > harness.parse_rfc3339(hold["deadline_at"]),
                               what="the deadline")
            daemon.start()
            scrape = is_valid(daemon)
            self.assertEqual(scrape["overdue_holds"], 1)
            self.assertEqual(scrape["expiry_lateness_seconds_count"], 1)
            self.assertEqual(scrape["expiry_lateness_max_seconds"], 0)

    def test_storage_failed(self):
        """The daemon ends soon after, so that its last word is asked for on the same connection, and again
        where it was quicker."""
        for _ in range(20):
            with Daemon() as daemon:
                text = self.last_word(daemon)
                self.assertEqual(daemon.wait_exit(), 74)
            if text:
                break
        check_text(text)
        self.assertIn("\ndetainerd_storage_failed 1\n", text)
        self.assertIn('\ndetainerd_http_problems_total{kind="storage-failed"} 1\n', text)

    def last_word(self, daemon):
        """/metrics right behind a command that finds the database written to; None where it came too late."""
        database = sqlite3.connect(daemon.database)
        database.execute("INSERT INTO meta VALUES ('stranger', 1)")
        database.commit()
        database.close()
        body = json.dumps({"booking": "A", "facility": "PIERCE"})
        with daemon.connect() as stream:
            stream.sendall(f"POST /v1/holds HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                           f"Content-Length: {len(body)}\r\n\r\n{body}"
                           f"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            try:
                self.assertEqual(harness.read_answer(stream).status, 503)
                answer = harness.read_answer(stream)
            except (http.client.HTTPException, ConnectionError):
                return None
        return answer.text if answer.status == 200 else None


class Watching:
    """One connection that asks for /metrics again and again, where each new one would count itself."""

    def __init__(self, daemon):
        self.connection = daemon.connection()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def value(self, sample):
        text = harness.ask(self.connection, "GET", "/metrics").text
        return int(re.search(rf"^detainerd_{re.escape(sample)} (\d+)$", text, re.MULTILINE)[1])

    def wait(self, sample, value):
        harness.wait_until(lambda: self.value(sample) == value, what=f"{sample} {value}")


class Tools(unittest.TestCase):
    """That the tools do object: a check that passes everything would not be noticed."""

    def test_promtool(self):
        check_text("# HELP a_total A.\n# TYPE a_total counter\na_total 1\n")
        for bad in ("a_total{ 1\n", "# TYPE a_total counter\na_total 1\n",
                    "# HELP a A.\n# TYPE a counter\na 1\n"):
            with self.subTest(bad), self.assertRaises(AssertionError):
                check_text(bad)


class Metrics(DaemonCase):
    daemon_options = {"conf_extra": "max_connections = 40\nmax_connections_per_user = 40"}

    def test_names_and_units(self):
        scrape = is_valid(self.daemon)
        for name, family in scrape.families.items():
            with self.subTest(name):
                self.assertRegex(name, r"^detainerd_[a-z0-9_]+$")
                self.assertNotRegex(name, r"_(ms|us|millis|micros|minutes|hours)(_|$)")
                self.assertEqual(family.unit, "seconds" if name.endswith("_seconds") else "")
                self.assertRegex(family.documentation, r"^[A-Z0-9].*\.$")

    def test_documented(self):
        """Every family stands in docs/API.md, by the name of its samples and its type, and nothing else."""
        rows = re.findall(r"^\| `(detainerd_\w+)` \| (\w+) \|", (REPOSITORY / "docs" / "API.md").read_text(),
                          re.MULTILINE)
        endings = {"counter": "_total", "info": "_info"}
        told = {(name + endings.get(family.type, ""), family.type)
                for name, family in Scrape(self.daemon).families.items()}
        self.assertEqual(set(rows), told)

    def test_dialects(self):
        prometheus = ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
                      "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
        for accept, content_type in ((None, TEXT), ("*/*", TEXT), ("text/plain", TEXT),
                                     ("application/json", TEXT), (OPENMETRICS, OPENMETRICS),
                                     (prometheus, OPENMETRICS),
                                     ("application/openmetrics-text;q=0.1,text/plain", TEXT)):
            with self.subTest(accept):
                answer = self.daemon.get("/metrics", headers={"Accept": accept} if accept else {})
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.headers["Content-Type"], content_type)
                self.assertEqual(answer.headers["Vary"], "Accept")
                self.assertEqual(answer.text.endswith("\n# EOF\n"), content_type == OPENMETRICS)

    def test_head(self):
        answer = self.daemon.request("HEAD", "/metrics", headers={"Accept": OPENMETRICS})
        self.assertEqual((answer.status, answer.headers["Content-Type"], answer.data),
                         (200, OPENMETRICS, b""))
        self.assertGreater(int(answer.headers["Content-Length"]), 1000)

    def test_counters_only_grow(self):
        before = Scrape(self.daemon).counters()
        start(self.daemon, self.booking(), hours=49)
        after = Scrape(self.daemon).counters()
        self.assertEqual(before.keys(), after.keys())
        self.assertEqual([key for key in before if after[key] < before[key]], [])
        self.assertGreater(after["detainerd_commands_total",], before["detainerd_commands_total",])

    def test_commits(self):
        before = Scrape(self.daemon)
        start(self.daemon, self.booking(), hours=1)
        after = Scrape(self.daemon)
        grown = lambda name: after[name] - before[name]
        self.assertEqual(grown("commands_total"), 2)
        self.assertEqual(grown("commit_commands_sum"), 2)
        self.assertEqual(grown("commit_commands_count"), 2)
        self.assertGreaterEqual(grown("commit_duration_seconds_count"), 2)
        self.assertGreater(grown("commit_duration_seconds_sum"), 0)

    def test_refusals(self):
        """What the ledger refuses is counted there and as an answer, the rest only as an answer."""
        hold = self.daemon.create(self.booking())["id"]
        refusals = {
            "illegal-transition": (True, lambda: self.daemon.post(f"/v1/holds/{hold}/transfer", {})),
            "unknown-facility": (True, lambda: self.daemon.post(
                "/v1/holds", {"booking": "A", "facility": "NOWHERE"})),
            "malformed-json": (False, lambda: self.daemon.post("/v1/holds", raw=b"{")),
            "unknown-parameter": (False, lambda: self.daemon.get("/v1/holds?colour=red")),
            "method-not-allowed": (False, lambda: self.daemon.request("DELETE", "/v1/holds")),
        }
        for kind, (by_ledger, refuse) in refusals.items():
            with self.subTest(kind):
                before = Scrape(self.daemon)
                self.assertEqual(refuse().json["kind"], kind)
                after = Scrape(self.daemon)
                for name, count in (("http_problems_total", 1), ("commands_refused_total", int(by_ledger))):
                    changed = {key: after.samples[key] - value for key, value in before.samples.items()
                               if key[0] == f"detainerd_{name}" and after.samples[key] != value}
                    expected = {(f"detainerd_{name}", f"kind={kind}"): count} if count else {}
                    self.assertEqual(changed, expected)
                self.assertEqual(after["http_answers_total", "class=4xx"],
                                 before["http_answers_total", "class=4xx"] + 1)

    def test_every_kind_of_problem_is_told(self):
        """Also those that have never happened, so that the first one is seen as an increase."""
        rows = re.findall(r"^\| ((?:`[a-z-]+` ?)+)\| [45]\d\d \|",
                          (REPOSITORY / "docs" / "API.md").read_text(), re.MULTILINE)
        told = {labels[0].removeprefix("kind=") for name, *labels in Scrape(self.daemon).samples
                if name == "detainerd_http_problems_total"}
        self.assertEqual(set(re.findall(r"[a-z-]+", " ".join(rows))), told)

    def test_connections(self):
        with Watching(self.daemon) as watching, contextlib.ExitStack() as stack:
            watching.wait("http_connections", 1)
            self.assertEqual(watching.value("http_connections_limit"), 40)
            refused = watching.value(REFUSED.format("max_connections"))
            for _ in range(39):
                stack.enter_context(self.daemon.connect())
            watching.wait("http_connections", 40)
            with self.daemon.connect() as one_more:
                self.assertEqual(harness.read_answer(one_more).status, 503)
            self.assertEqual(watching.value(REFUSED.format("max_connections")), refused + 1)
        with Watching(self.daemon) as watching:
            watching.wait("http_connections", 1)

    def test_connections_of_one_user(self):
        with Daemon("max_connections_per_user = 2") as daemon, Watching(daemon) as watching:
            with daemon.connect():
                watching.wait("http_connections", 2)
                with daemon.connect() as one_more:
                    self.assertEqual(harness.read_answer(one_more).status, 429)
            self.assertEqual(watching.value(REFUSED.format("max_connections_per_user")), 1)
            self.assertEqual(watching.value(REFUSED.format("max_connections")), 0)

    def test_requests_without_a_role(self):
        """Once roles are given, whoever runs the daemon is admin, and no clerk."""
        with Daemon('role "monitor" { users = {"65534"} }') as daemon:
            self.assertEqual(daemon.post("/v1/holds", {"booking": "A", "facility": "PIERCE"}).status, 403)
            self.assertEqual(Scrape(daemon)["http_problems_total", "kind=forbidden"], 1)

    def test_too_many_requests(self):
        with Daemon("max_requests_per_user = 1") as daemon:
            connection = daemon.connection()
            harness.wait_until(lambda: harness.ask(connection, "GET", "/healthz").status == 429)
            connection.close()
            told = lambda: re.search(r'kind="too-many-requests"\} [1-9]', daemon.get("/metrics").text)
            harness.wait_until(told, what="the refusal")

    def test_the_journal_comes_along(self):
        self.daemon.create(self.booking())
        def announced():
            scrape = Scrape(self.daemon)
            return scrape["events_total"] == scrape["events_announced_total"] > 0
        harness.wait_until(announced, what="the herald")

    def test_clock(self):
        scrape = Scrape(self.daemon)
        about = harness.expect(200, self.daemon.get("/v1/"))
        self.assertEqual(scrape["clock_synchronised"], about["clock"]["synchronised"])
        self.assertEqual(scrape["clock_behind_history"], 0)
        self.assertEqual(scrape["clock_steps_total"], 0)
        self.assertAlmostEqual(scrape["clock_timestamp_seconds"], time.time(),
                               delta=harness.patience(30))
        self.assertLess(scrape["start_timestamp_seconds"], scrape["clock_timestamp_seconds"])

    def test_version(self):
        version = harness.expect(200, self.daemon.get("/v1/"))["version"]
        self.assertEqual(Scrape(self.daemon)["build_info", f"version={version}"], 1)

    def test_no_personal_data(self):
        booking = "SECRET-" + self.booking()
        start(self.daemon, booking, hours=49)
        self.assertNotIn(booking, self.daemon.get("/metrics").text)

    def test_healthz(self):
        answer = self.daemon.get("/healthz")
        self.assertEqual(answer.status, 200)


if __name__ == "__main__":
    unittest.main()
