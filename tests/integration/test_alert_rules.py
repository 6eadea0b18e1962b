# SPDX-License-Identifier: ISC
"""The alert rules that come with detainerd: right by promtool, tested alert by alert, and about metrics
that there are."""

import re
import unittest

from harness import DaemonCase, ago
from monitoring import ALERT_TESTS, RULES, Scrape, promtool


def blocks(text, start):
    """The parts of a text that begin at lines matching `start`."""
    parts = re.split(rf"(?m)^(?={start})", text)
    return parts[1:]


class Rules(unittest.TestCase):
    def test_check(self):
        self.assertIn("SUCCESS", promtool("check", "rules", RULES))

    def test_unit_tests(self):
        self.assertIn("SUCCESS", promtool("test", "rules", ALERT_TESTS))

    def test_no_alert_is_untested(self):
        """Each is seen raised, and at some other moment or in another case not raised."""
        alerts = set(re.findall(r"- alert: (\w+)", RULES.read_text()))
        raised, quiet = set(), set()
        for case in blocks(ALERT_TESTS.read_text(), r" *- (?:\{)?alertname: "):
            name = re.search(r"alertname: (\w+)", case)[1]
            (raised if "exp_alerts" in case else quiet).add(name)
        self.assertEqual(raised, alerts)
        self.assertEqual(quiet, alerts)

    def test_who_is_called(self):
        """Every alert says how urgent it is, who is to act, and what to do."""
        for rule in blocks(RULES.read_text(), r" *- alert: "):
            name = re.search(r"alert: (\w+)", rule)[1]
            with self.subTest(name):
                self.assertRegex(rule, r"severity: (page|ticket), audience: (supervisor|operator)\b")
                self.assertRegex(rule, r"annotations:\n +summary: \S.{30,}")


class Metrics(DaemonCase):
    def test_metrics_that_there_are(self):
        hold = self.daemon.create(self.booking(), received_at=ago(hours=1))["id"]
        self.daemon.command(hold, "start", eligible_at=ago(hours=1))  # for a next deadline
        samples = {name for name, *_ in Scrape(self.daemon).samples}
        expressions = re.findall(r"expr: (?:>-)?((?:.*\n?)*?) +(?:for|labels):", RULES.read_text())
        names = set(re.findall(r"detainerd_\w+", "".join(expressions)))
        self.assertGreater(len(names), 15)
        self.assertEqual(names - samples, set())

    def test_buckets_that_there_are(self):
        """A bound that no bucket has would make its alert silent for ever."""
        samples = set(Scrape(self.daemon).samples)
        for name, label in re.findall(r"(detainerd_\w+)\{(\w+=\"[^\"]+\")\}", RULES.read_text()):
            with self.subTest(name, label=label):
                self.assertIn((name, label.replace('"', "")), samples)


if __name__ == "__main__":
    unittest.main()
