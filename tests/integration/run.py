#!/usr/bin/python3 -B
# SPDX-License-Identifier: ISC
"""Runs the integration tests: all test_*.py beside this file, or the modules named.

Each module runs in a process of its own. The last line is `N passed, N failed`; skipped tests are
counted on the line before. With --counts FILE the two numbers are also written there.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import time
import unittest

import contract
import harness
import unix_http

HERE = pathlib.Path(__file__).resolve().parent
MODULE_LIMIT_S = 1800


@dataclasses.dataclass
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


class CountingResult(unittest.TextTestResult):
    """Counts test methods: one with three failing subtests has failed once."""

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.successes = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.successes += 1

    def counts(self):
        failed = {getattr(test, "test_case", test).id() for test, _ in self.failures + self.errors}
        failed |= {test.id() for test in self.unexpectedSuccesses}
        return Counts(self.successes, len(failed), len(self.skipped))


def run_here(module, report):
    """Runs one module in this process; the counts go to the file descriptor `report` as JSON."""
    unix_http.observer = contract.check
    suite = unittest.defaultTestLoader.loadTestsFromName(module)
    runner = unittest.TextTestRunner(sys.stdout, verbosity=2, resultclass=CountingResult)
    counts = runner.run(suite).counts()
    with os.fdopen(report, "w") as stream:
        json.dump(dataclasses.asdict(counts), stream)


def run_apart(module):
    """Runs one module in a process of its own; a module that ends early counts as one failure."""
    started = time.monotonic()
    reader, writer = os.pipe()
    command = [sys.executable, "-B", __file__, "--report", str(writer), module]
    with open(reader) as report:
        try:
            done = subprocess.run(command, pass_fds=[writer], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=MODULE_LIMIT_S)
            output = done.stdout
        except subprocess.TimeoutExpired as timeout:
            output = (timeout.stdout or b"") + f"{module}: not done in {MODULE_LIMIT_S} s\n".encode()
        finally:
            os.close(writer)
        text = report.read()
    counts = Counts(**json.loads(text)) if text else Counts(failed=1)
    return module, output.decode(errors="replace"), counts, time.monotonic() - started


def run_all(modules, jobs):
    total, failed_modules = Counts(), []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for module, output, counts, seconds in pool.map(run_apart, modules):
            print(f"==== {module} ({seconds:.1f} s)\n{output}", flush=True)
            total.add(counts)
            if counts.failed:
                failed_modules.append(module)
    if failed_modules:
        print("failed in:", ", ".join(failed_modules))
    return total


def main():
    parser = argparse.ArgumentParser(description="Runs the integration tests.")
    parser.add_argument("modules", nargs="*", help="test_api_holds, or test_api_holds.Holds.test_get")
    parser.add_argument("--counts", metavar="FILE", help="write `PASSED FAILED` there")
    parser.add_argument("--jobs", type=int, default=1, help="modules to run at once (default 1)")
    parser.add_argument("--report", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()

    if options.report is not None:
        return run_here(options.modules[0], options.report)
    if not os.access(harness.DETAINERD, os.X_OK):
        parser.error(f"{harness.DETAINERD} is not built; DETAINERD_BUILD names the build directory")
    modules = [name.removesuffix(".py") for name in options.modules]
    modules = modules or sorted(path.stem for path in HERE.glob("test_*.py"))
    total = run_all(modules, options.jobs)
    if options.counts:
        pathlib.Path(options.counts).write_text(f"{total.passed} {total.failed}\n")
    print(f"{total.skipped} skipped")
    print(f"{total.passed} passed, {total.failed} failed")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
