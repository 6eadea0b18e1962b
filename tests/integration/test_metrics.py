# SPDX-License-Identifier: ISC
"""/metrics in the Prometheus text format, read by a parser that forgives nothing; and /healthz."""

import re
import unittest

from harness import DaemonCase, ago

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
HELP = re.compile(rf"# HELP ({NAME}) (\S.*)")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge|histogram|summary|untyped)")
SAMPLE = re.compile(rf"({NAME})(\{{{LABEL}(?:,{LABEL})*\}})? "
                    r"([+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)")
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("", "_sum", "_count")}


def parse(text):
    """Returns {family: type} and {(name, labels): value}; raises AssertionError on anything unclean."""
    assert text.endswith("\n"), "the last line has no line feed"
    helps, types, samples, closed, family = {}, {}, {}, set(), None
    for line in text[:-1].split("\n"):
        if line.startswith("#"):
            match = HELP.fullmatch(line) or TYPE.fullmatch(line)
            assert match, f"neither HELP nor TYPE: {line!r}"
            name, value = match.groups()
            table = helps if line.startswith("# HELP") else types
            assert name not in table, f"twice: {line!r}"
            assert name == family or name not in closed, f"{name} stands in two places"
            table[name] = value
        else:
            match = SAMPLE.fullmatch(line)
            assert match, f"not a sample: {line!r}"
            sample, labels, value = match.groups()
            name = next((n for n in types if sample in
                         [n + suffix for suffix in SUFFIXES.get(types[n], ("",))]), None)
            assert name, f"no TYPE before {line!r}"
            assert name == family, f"{sample} stands apart from its family"
            assert (sample, labels) not in samples, f"twice: {line!r}"
            samples[sample, labels] = float(value)
        if family not in (None, name):
            closed.add(family)
        family = name
    assert helps.keys() == types.keys(), f"HELP and TYPE differ: {helps.keys() ^ types.keys()}"
    return types, samples


class Metrics(DaemonCase):
    def scrape(self):
        answer = self.daemon.get("/metrics")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers.get_content_type(), "text/plain")
        self.assertEqual(answer.headers.get_param("version"), "0.0.4")
        return parse(answer.text)

    def test_format_and_names(self):
        types, samples = self.scrape()
        self.assertTrue(types)
        for name, kind in types.items():
            with self.subTest(name):
                self.assertTrue(name.startswith(("detainerd_", "process_")), name)
                self.assertEqual(kind == "counter", name.endswith("_total"))
                self.assertNotRegex(name, r"_(ms|us|millis|micros)(_|$)")
                self.assertTrue([s for s, _ in samples if s.startswith(name)], "no samples")

    def test_counters_only_grow(self):
        types, before = self.scrape()
        hold = self.daemon.create(self.booking(), received_at=ago(hours=60))["id"]
        self.daemon.command(hold, "start", eligible_at=ago(hours=49))
        self.daemon.post(f"/v1/holds/{hold}/start", {})
        _, after = self.scrape()
        counters = [key for key in before if types.get(key[0]) == "counter"]
        self.assertEqual([key for key in counters if after[key] < before[key]], [])
        self.assertTrue([key for key in counters if after[key] > before[key]])

    def test_states_are_counted(self):
        """Some gauge with a state label follows the number of holds."""
        def expired():
            _, samples = self.scrape()
            return [value for (_, labels), value in samples.items()
                    if labels and 'state="expired"' in labels]
        before = expired()
        self.assertTrue(before)
        hold = self.daemon.create(self.booking(), received_at=ago(hours=60))["id"]
        self.daemon.command(hold, "start", eligible_at=ago(hours=49))
        self.assertEqual(expired(), [value + 1 for value in before])

    def test_no_personal_data(self):
        booking = "SECRET-" + self.booking()
        self.daemon.create(booking)
        self.assertNotIn(booking, self.daemon.get("/metrics").text)

    def test_healthz(self):
        answer = self.daemon.get("/healthz")
        self.assertEqual(answer.status, 200)


class Parser(unittest.TestCase):
    """The parser itself: what it must not let pass."""

    GOOD = '# HELP a_total Text.\n# TYPE a_total counter\na_total{x="1"} 1\na_total{x="2"} 2.5\n'

    def test_good(self):
        self.assertEqual(len(parse(self.GOOD)[1]), 2)

    def test_bad(self):
        for bad in (self.GOOD[:-1], self.GOOD * 2, self.GOOD + 'a_total{x="2"} 3\n', "a 1\n",
                    "# TYPE a gauge\na 1\n", "# HELP a X\na 1\n", self.GOOD + "\n",
                    self.GOOD.replace(' 1\n', ' 1ms\n'), self.GOOD.replace('"1"', '1'),
                    self.GOOD.replace("counter", "Counter"), self.GOOD.replace("a_total{", "a-total{")):
            with self.subTest(bad), self.assertRaises(AssertionError):
                parse(bad)


if __name__ == "__main__":
    unittest.main()
