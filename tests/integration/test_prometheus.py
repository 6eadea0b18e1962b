# SPDX-License-Identifier: ISC
"""A real Prometheus that scrapes a real detainerd, with the alert rules that come with it."""

import contextlib
import json
import pathlib
import re
import shutil
import socket
import subprocess
import unittest
import urllib.parse
import urllib.request

import harness
from harness import Daemon, ago
from monitoring import RULES, program

CONFIGURATION = """
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: ["{rules}"]
scrape_configs:
  - job_name: detainerd
    static_configs: [{{targets: ["127.0.0.1:{target}"]}}]
"""


PROXYD = "/lib/systemd/systemd-socket-proxyd"


@contextlib.contextmanager
def proxied(path):
    """A loopback port whose connections are handed on to a Unix socket, the way docs/API.md says."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        activated = f'exec 3<&{server.fileno()}; LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$1"'
        proxy = subprocess.Popen(["sh", "-c", activated, PROXYD, path], pass_fds=[server.fileno()],
                                 stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield server.getsockname()[1]
        finally:
            proxy.kill()
            proxy.wait()


class Prometheus:
    """A Prometheus server that scrapes one port, in a directory of its own."""

    def __init__(self, target):
        self.dir = pathlib.Path(harness.short_temporary_directory())
        configuration = self.dir / "prometheus.yml"
        configuration.write_text(CONFIGURATION.format(rules=RULES, target=target))
        self.log = self.dir / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [program("prometheus"), f"--config.file={configuration}",
                 f"--storage.tsdb.path={self.dir / 'data'}", "--web.listen-address=127.0.0.1:0"],
                cwd=self.dir, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.process.kill()
        self.process.wait()
        if kind:
            print(self.log.read_text(errors="replace")[-4000:])
        shutil.rmtree(self.dir, ignore_errors=True)

    def address(self):
        """Where it listens: the kernel chose a port, and the log tells which."""
        said = lambda: re.search(r'msg="Listening on" address=(\S+)', self.log.read_text(errors="replace"))
        return harness.wait_until(said, 60, "a listening Prometheus")[1]

    def ask(self, path, **parameters):
        """The data of an answer of its API; None while it does not answer yet."""
        if self.process.poll() is not None:
            raise AssertionError(f"Prometheus ended: {self.log.read_text(errors='replace')[-2000:]}")
        url = f"http://{self.address()}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=harness.patience(10)) as answer:
                return json.load(answer)["data"]
        except OSError:
            return None

    def value(self, expression):
        """The value of an expression that has one series, else None."""
        data = self.ask("query", query=expression)
        return float(data["result"][0]["value"][1]) if data and len(data["result"]) == 1 else None

    def wait_value(self, expression, value):
        harness.wait_until(lambda: self.value(expression) == value, 60, f"{expression} = {value}")

    def wait_alert(self, name, state):
        self.wait_value(f'ALERTS{{alertname="{name}",alertstate="{state}"}}', 1)


class Scraped(unittest.TestCase):
    def test_from_scrape_to_alert(self):
        daemon = Daemon()
        socket_path = f"{daemon.dir}/read.sock"
        daemon.write_conf(f'listen "{socket_path}" {{ roles = {{"monitor"}} }}')
        with daemon, proxied(socket_path) as port, Prometheus(port) as prometheus:
            prometheus.wait_value('up{job="detainerd"}', 1)
            prometheus.wait_value("detainerd_overdue_holds", 0)
            self.units_are_known(prometheus)
            self.nobody_is_called(prometheus)
            hold = self.expired(daemon)
            prometheus.wait_value('detainerd_holds{state="expired"}', 1)
            prometheus.wait_value('detainerd_commit_commands_bucket{le="1.0"}', 2)
            prometheus.wait_value("detainerd_commit_commands_count", 2)
            prometheus.wait_alert("DetainerdHoldExpired", "firing")
            daemon.command(hold, "release")
            harness.wait_until(lambda: not self.alerts(prometheus), 60, "an end of the alert")
            daemon.stop()
            prometheus.wait_alert("DetainerdDown", "pending")

    def expired(self, daemon):
        hold = daemon.create("A", received_at=ago(hours=50))["id"]
        daemon.command(hold, "start", eligible_at=ago(hours=48, minutes=5))
        return hold

    def units_are_known(self, prometheus):
        """Only OpenMetrics tells units: Prometheus asked for it, and got it."""
        metadata = harness.wait_until(
            lambda: prometheus.ask("metadata", metric="detainerd_commit_duration_seconds"), 60, "metadata")
        self.assertEqual(metadata["detainerd_commit_duration_seconds"],
                         [{"type": "histogram", "unit": "seconds", "help": "How long commits took."}])

    def alerts(self, prometheus):
        """Alerts about holds; whether this machine's clock is synchronised is not ours to say."""
        return {alert["labels"]["alertname"] for alert in prometheus.ask("alerts")["alerts"]
                if alert["labels"]["audience"] == "supervisor"}

    def nobody_is_called(self, prometheus):
        rules = [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]
        self.assertGreater(len(rules), 20)
        self.assertEqual(self.alerts(prometheus), set())


if __name__ == "__main__":
    unittest.main()
