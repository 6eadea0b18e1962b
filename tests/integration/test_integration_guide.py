# SPDX-License-Identifier: ISC
"""docs/INTEGRATION.md is true: its requests are sent to a daemon, and its answers are the daemon's.

The guide tells a story on a day of its own. Its times are moved so that its present is now; the daemon's
may differ from them by what passes in the meantime. An answer in the guide may have fewer members than the
daemon's, but none that the daemon's lacks.
"""

import datetime
import http
import json
import re
import shutil
import unittest

from harness import FACILITIES, REPOSITORY, Daemon, parse_rfc3339, rfc3339, short_temporary_directory
from timing import SLOWNESS, now
from unix_http import UnixConnection, ask

GUIDE = REPOSITORY / "docs" / "INTEGRATION.md"
API = REPOSITORY / "docs" / "API.md"

PRESENT = datetime.datetime.fromisoformat("2026-03-02T11:10:00-08:00")
WITHIN = datetime.timedelta(minutes=1) * SLOWNESS

BLOCK = re.compile(r"^```http\n(.*?)^```$", re.DOTALL | re.MULTILINE)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


class Message:
    """A request or an answer as the guide writes it."""

    def __init__(self, text):
        head, _, self.body = text.partition("\n\n")
        self.first, *lines = head.splitlines()
        self.headers = dict(line.split(": ", 1) for line in lines)

    @property
    def is_answer(self):
        return self.first.startswith("HTTP/1.1 ")


def dialogues(text):
    """Pairs of request and answer, in order."""
    messages = [Message(block) for block in BLOCK.findall(text)]
    requests, answers = messages[::2], messages[1::2]
    if len(requests) != len(answers) or any(m.is_answer for m in requests) or \
            not all(m.is_answer for m in answers):
        raise AssertionError("requests and answers do not alternate")
    return list(zip(requests, answers))


def is_instant(value):
    return isinstance(value, str) and INSTANT.fullmatch(value)


class Guide(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.shift = now() - PRESENT

    def moved(self, text):
        """The text with its times in today's terms, each in the offset that it had."""
        def move(match):
            instant = parse_rfc3339(match[0])
            instant = (instant + self.shift).astimezone(instant.tzinfo)
            return rfc3339(instant) if match[2] == "Z" else instant.isoformat()
        return INSTANT.sub(move, text)

    def assertSays(self, actual, shown, where):
        """The answer says what the guide shows of it."""
        if isinstance(shown, dict):
            self.assertIsInstance(actual, dict, where)
            for name, value in shown.items():
                self.assertIn(name, actual, where)
                self.assertSays(actual[name], value, f"{where}/{name}")
        elif isinstance(shown, list):
            self.assertIsInstance(actual, list, where)
            self.assertEqual(len(actual), len(shown), where)
            for i, (one, other) in enumerate(zip(actual, shown)):
                self.assertSays(one, other, f"{where}/{i}")
        elif is_instant(shown):
            self.assertTrue(is_instant(actual), f"{where}: {actual}")
            expected = parse_rfc3339(self.moved(shown))
            self.assertLess(abs(parse_rfc3339(actual) - expected), WITHIN, where)
        elif where.endswith("_us"):
            self.assertLess(abs(datetime.timedelta(microseconds=actual - shown)), WITHIN, where)
        else:
            self.assertEqual(actual, shown, where)

    def assertAnswered(self, connection, request, shown):
        method, target, version = request.first.split(" ")
        self.assertEqual((version, request.headers.pop("Host")), ("HTTP/1.1", "detainerd"))
        body = self.moved(request.body).encode() if request.body else None
        answer = ask(connection, method, target, headers=request.headers, raw=body)
        where = f"{method} {target}"
        status = int(shown.first.split(" ")[1])
        self.assertEqual(answer.status, status, f"{where}: {answer.text}")
        self.assertEqual(shown.first.split(" ", 2)[2],
                         {422: "Unprocessable Content"}.get(status, http.HTTPStatus(status).phrase), where)
        for name, value in shown.headers.items():
            self.assertEqual(answer.headers[name], value, f"{where}: {name}")
        self.assertSays(answer.json, json.loads(shown.body), where)

    def test_every_request_is_answered_as_it_says(self):
        directory = short_temporary_directory()
        self.addCleanup(shutil.rmtree, directory)
        facility = FACILITIES[:FACILITIES.index('facility "REVIEW"')]
        pairs = dialogues(GUIDE.read_text())
        self.assertGreater(len(pairs), 15)
        with Daemon(conf_extra=f'listen "{directory}/s" {{ roles = {{"records"}} }}\n', facilities=facility):
            connection = UnixConnection(f"{directory}/s")
            for request, answer in pairs:
                self.assertAnswered(connection, request, answer)
            connection.close()

    def kinds(self, path):
        """From the tables of problem kinds: a kind, and its status."""
        rows = re.findall(r"^\| ((?:`[a-z-]+` ?)+)\| (\d{3}) \|", path.read_text(), re.MULTILINE)
        return {(kind, status) for names, status in rows for kind in re.findall(r"`([a-z-]+)`", names)}

    def test_it_knows_all_kinds_of_problems(self):
        self.assertGreater(len(self.kinds(API)), 15)
        self.assertEqual(self.kinds(GUIDE), self.kinds(API))

    def test_it_tells_of_every_example(self):
        text = GUIDE.read_text()
        examples = [path.name for path in (REPOSITORY / "examples").iterdir()]
        self.assertGreater(len(examples), 5)
        self.assertEqual([name for name in examples if name not in text], [])


if __name__ == "__main__":
    unittest.main()
