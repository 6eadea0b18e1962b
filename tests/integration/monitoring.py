# SPDX-License-Identifier: ISC
"""Metrics as monitoring systems read them: with Prometheus' own tools and client library.

Nothing here can parse metrics by itself. The text format is judged by promtool, OpenMetrics by the
strict parser of prometheus_client; both are Debian packages (scripts/packages). Without them tests
fail, and say what to install.
"""

import shutil
import subprocess

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from harness import REPOSITORY

__all__ = ["ALERT_TESTS", "OPENMETRICS", "RULES", "Scrape", "check_text", "parse_text", "program",
           "promtool"]

OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
RULES = REPOSITORY / "schema" / "detainerd.rules.yml"
ALERT_TESTS = REPOSITORY / "tests" / "alerts" / "detainerd.rules.test.yml"


def program(name):
    """The path of a program of the package prometheus, installed or unpacked."""
    unpacked = REPOSITORY / "build" / "unpacked" / "prometheus" / "usr" / "bin" / name
    path = shutil.which(name) or (str(unpacked) if unpacked.exists() else None)
    if not path:
        raise AssertionError(f"{name} is missing: run scripts/unpack")
    return path


def promtool(*arguments, stdin=""):
    """Runs promtool; returns what it said. It must have nothing to object to."""
    done = subprocess.run([program("promtool"), *map(str, arguments)], input=stdin, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise AssertionError(f"promtool {' '.join(map(str, arguments))}: {done.stdout}")
    return done.stdout


def check_text(text):
    """The text format, judged by promtool, which also knows how metrics should be named."""
    said = promtool("check", "metrics", stdin=text)
    if said:
        raise AssertionError(f"promtool check metrics: {said}")


class Scrape:
    """One answer of /metrics in OpenMetrics. `families` by name; scrape["holds", "state=held"] is a value,
    None where there is no such sample."""

    def __init__(self, daemon):
        self.answer = daemon.get("/metrics", headers={"Accept": OPENMETRICS})
        if self.answer.status != 200 or self.answer.headers["Content-Type"] != OPENMETRICS:
            raise AssertionError(f"{self.answer.status} {self.answer.headers['Content-Type']}")
        self.families = {family.name: family for family in parse_openmetrics(self.answer.text)}
        self.samples = {(sample.name, *(f"{k}={v}" for k, v in sample.labels.items())): sample.value
                        for family in self.families.values() for sample in family.samples}

    def __getitem__(self, key):
        name, *labels = (key,) if isinstance(key, str) else key
        return self.samples.get((f"detainerd_{name}", *labels))

    def counters(self):
        """The samples that may only grow: counters, and those of histograms."""
        return {(sample.name, *sample.labels.values()): sample.value
                for family in self.families.values() if family.type in ("counter", "histogram")
                for sample in family.samples}
