# SPDX-License-Identifier: ISC
"""What bash offers after detainerctl."""

import json
import os
import pathlib
import re
import subprocess
import unittest

from ctl_case import COMMANDS, COMPLETION, CtlCase, http, impostor
from harness import BASE_ENVIRONMENT, DETAINERCTL
from timing import patience


class Completion(CtlCase):
    def complete(self, line, socket_path=None):
        """What bash offers at the end of a line."""
        words = re.findall(r"=|[^\s=]+", line) + ([""] if line[-1] in " =" else [])
        script = """
            source "$1"; shift
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
            _detainerctl detainerctl
            printf '%s\\n' "${COMPREPLY[@]}"
        """
        path = os.path.dirname(DETAINERCTL) + os.pathsep + BASE_ENVIRONMENT["PATH"]
        result = subprocess.run(
            ["bash", "-c", script, "bash", str(COMPLETION), *words], text=True, check=True,
            capture_output=True, timeout=patience(60),
            env=BASE_ENVIRONMENT | {"PATH": path, "DETAINERD_SOCKET": socket_path or self.daemon.socket})
        self.assertEqual(result.stderr, "")
        return set(result.stdout.split())

    def test_commands(self):
        self.assertEqual(self.complete("detainerctl "), {command.split()[0] for command in COMMANDS})
        self.assertEqual(self.complete("detainerctl s"), {"serve", "start", "schedule", "show", "status"})
        self.assertEqual(self.complete("detainerctl --json wat"), {"watch"})
        self.assertEqual(self.complete("detainerctl policy "), {"list", "show", "test"})
        self.assertEqual(self.complete("detainerctl policy --json s"), {"show"})

    def test_options(self):
        everywhere = {"--socket", "--json", "--help", "--version"}
        self.assertEqual(self.complete("detainerctl --"), everywhere)
        self.assertEqual(self.complete("detainerctl start 1 --"),
                         {"--eligible-at", "--reason", "--facts", "--key", "--if-match"} | everywhere)
        self.assertEqual(self.complete("detainerctl list --st"), {"--state"})
        self.assertEqual(self.complete("detainerctl policy test a b --"), {"--at", "--facility"} | everywhere)

    def test_values(self):
        states = {"pending", "lodged", "held", "expired", "declined", "cancelled", "transferred",
                  "released", "closed"}
        self.assertEqual(self.complete("detainerctl list --state "), states)
        self.assertEqual(self.complete("detainerctl list --state="), states)
        self.assertEqual(self.complete("detainerctl list --state=he"), {"held"})
        self.assertEqual(self.complete("detainerctl close 1 --reason other_"),
                         {"other_agency", "other_authority"})
        self.assertEqual(self.complete("detainerctl start 1 --reason b"), {"bond_posted"})
        self.assertEqual(self.complete("detainerctl decide 1 --decision "), {"honor", "decline"})
        self.assertEqual(self.complete("detainerctl start 1 --eligible-at "), {"now"})

    def test_facilities(self):
        self.assertEqual(self.complete("detainerctl list --facility "), {"PIERCE", "REVIEW", "DECLINE"})

    def test_holds_on_which_the_command_is_legal(self):
        lodged, held = str(self.request()), str(self.request())
        self.daemon.command(held, "start")
        startable, shown = self.complete("detainerctl start "), self.complete("detainerctl show ")
        self.assertIn(lodged, startable)
        self.assertNotIn(held, startable)
        self.assertLessEqual({lodged, held}, shown)

    def test_without_a_daemon(self):
        line = "detainerctl --socket /nonexistent start "
        self.assertEqual(self.complete(line), set())
        self.assertEqual(self.complete(line + "1 --re"), {"--reason"})

    def test_policies(self):
        policies = {"policies": [{"name": "chicago-2012"}, {"name": "cook-county-2011"}]}
        answer = http(200, json.dumps(policies).encode())
        for line, offered in (("policy show c", {"chicago-2012", "cook-county-2011"}),
                              ("policy test coo", {"cook-county-2011"}), ("policy show c d", set())):
            with impostor(self.daemon.dir, answer) as path:
                self.assertEqual(self.complete(f"detainerctl {line}", path), offered)

    def test_files(self):
        self.assertIn(self.daemon.socket, self.complete(f"detainerctl --socket {self.daemon.dir}/"))
        self.assertIn(self.daemon.socket, self.complete(f"detainerctl --socket={self.daemon.dir}/"))
        self.assertIn(self.daemon.conf, self.complete(f"detainerctl policy test x {self.daemon.dir}/"))

    def test_hostile_names_are_not_run(self):
        marker = pathlib.Path(self.daemon.dir, "run")
        self.complete(f"detainerctl list --booking $(touch${{IFS}}{marker})")
        self.complete(f"detainerctl `touch${{IFS}}{marker}`")
        self.assertFalse(marker.exists())


if __name__ == "__main__":
    unittest.main()
