# SPDX-License-Identifier: ISC
"""The one table that `make bench` prints: what was measured, against what was aimed at."""

import statistics


class Table:
    """Rows of text. `judge` is false where sizes are too small for a target to mean anything."""

    HEAD = ("measured", "result", "p50", "p99", "max", "target", "ok")

    def __init__(self, judge):
        self.judge = judge
        self.rows = []

    def section(self, title):
        self.rows.append((title,))

    def add(self, label, result="", p50="", p99="", worst="", target="", ok=None):
        verdict = "" if ok is None or not self.judge else "yes" if ok else "MISSED"
        self.rows.append((label, result, p50, p99, worst, target, verdict))

    def add_load(self, label, runs, target="", is_met=None):
        """A row from several runs of bench/load or bench/raw_sqlite: medians, but the worst maximum."""
        rate = median(run["rate"] for run in runs)
        self.add(label, f"{rate:,.0f}/s", duration(median(run["p50_us"] for run in runs)),
                 duration(median(run["p99_us"] for run in runs)),
                 duration(max(run["max_us"] for run in runs)), target,
                 None if is_met is None else is_met(rate))

    def add_ratio(self, label, runs, peers, at_least=None):
        """How many times the peer's rate: the median of the ratios taken round by round."""
        ratio = median(run["rate"] / peer["rate"] for run, peer in zip(runs, peers, strict=True))
        if at_least is None:
            self.add(label, f"{ratio:.2f}x")
        else:
            self.add(label, f"{ratio:.2f}x", target=f">= {at_least}x", ok=ratio >= at_least)

    def text(self):
        whole = [row for row in [self.HEAD, *self.rows] if len(row) > 1]
        widths = [max(len(row[i]) for row in whole) for i in range(len(self.HEAD))]
        rule = "-" * (sum(widths) + 2 * len(widths) - 2)
        lines = [self._line(self.HEAD, widths), rule]
        lines += [f"\n{row[0]}" if len(row) == 1 else self._line(row, widths) for row in self.rows]
        return "\n".join(lines)

    @staticmethod
    def _line(row, widths):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        return "  ".join(cells).rstrip()


def median(values):
    return statistics.median(values)


def percentile(values, percent):
    """The nearest-rank percentile, as bench/load computes it."""
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * percent // 100) - 1)]


def duration(us):
    """Microseconds as people read them."""
    if us < 1000:
        return f"{us:.0f} us"
    if us < 1_000_000:
        return f"{us / 1000:.2f} ms" if us < 100_000 else f"{us / 1000:.0f} ms"
    return f"{us / 1_000_000:.2f} s"


def mebibytes(kib):
    return f"{kib / 1024:.1f} MiB"
