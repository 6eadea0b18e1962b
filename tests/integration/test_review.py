# SPDX-License-Identifier: ISC
"""detainerctl review: the real program on files of all kinds, none of which it may drop a row of."""

import csv
import io
import json
import os
import pathlib
import pty
import select
import shutil
import subprocess
import unittest

from ctl_case import DONE, UNREACHABLE, USAGE, ctl
from harness import BASE_ENVIRONMENT, DETAINERCTL, REPOSITORY, short_temporary_directory
from timing import patience

INCOMPLETE = 4
HEADER = "booking,booked_at,local_custody_ended_at,released_at\n"
ZONE = ["--zone", "America/Los_Angeles"]
PIERCE = REPOSITORY.parent / "shared" / "data" / "pierce-holds.csv"
H_US = 3_600_000_000

# Eligible Thursday at five in the afternoon, no holiday near.
SHORT = "B-short,2026-03-01 08:00,2026-03-19 17:00,2026-03-21 17:00\n"
PAST_ONE = "B-one,2026-03-01 08:00,2026-03-19 17:00,2026-03-22 17:00\n"
PAST_BOTH = "B-both,2026-03-01 08:00,2026-03-19 17:00,2026-03-23 18:30\n"


class ReviewCase(unittest.TestCase):
    def setUp(self):
        self.dir = short_temporary_directory()
        self.addCleanup(shutil.rmtree, self.dir)
        self.path = os.path.join(self.dir, "stays.csv")

    def write(self, content):
        pathlib.Path(self.path).write_bytes(content if isinstance(content, bytes) else content.encode())

    def review(self, content, *options, status=DONE):
        """What is printed for a file of that content; standard error must stay empty."""
        self.write(content)
        result = ctl("review", self.path, *ZONE, *options, socket_path="/nonexistent")
        self.assertEqual((result.returncode, result.stderr), (status, ""), result)
        return result.stdout

    def records(self, content, *options, status=DONE):
        """The JSON records: those of stays, those of rows that cannot be used, and the summary."""
        said = self.review(content, "--json", *options, status=status)
        records = [json.loads(line) for line in said.splitlines()]
        kinds = {"stay": [], "unusable": [], "summary": []}
        for record in records:
            kinds[record["record"]].append(record)
        summary, = kinds["summary"]
        self.assertIs(records[-1], summary)
        self.assertEqual(summary["rows"], summary["used"] + summary["unusable"])
        self.assertEqual(summary["unusable"], len(kinds["unusable"]))
        return kinds["stay"], kinds["unusable"], summary

    def unusable(self, rows, *options):
        """Line and reason of each row that cannot be used, in a file with the usual header."""
        rows = rows if isinstance(rows, bytes) else rows.encode()
        _, unusable, _ = self.records(HEADER.encode() + rows, *options, status=INCOMPLETE)
        return [(record["line"], record["note"]) for record in unusable]

    def assertRefused(self, arguments, says, status=USAGE):
        result = ctl("review", *arguments, socket_path="/nonexistent")
        self.assertEqual((result.returncode, result.stdout), (status, ""), result)
        self.assertTrue(result.stderr.startswith("detainerctl: "), result.stderr)
        self.assertIn(says, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)


class Judgement(ReviewCase):
    def test_both_readings(self):
        stays, _, summary = self.records(HEADER + SHORT + PAST_ONE + PAST_BOTH)
        self.assertEqual([stay["booking"] for stay in stays], ["B-one", "B-both"])
        one, both = stays
        self.assertEqual(one, {
            "record": "stay", "line": 3, "booking": "B-one", "eligible_at": "2026-03-20T00:00:00Z",
            "released_at": "2026-03-23T00:00:00Z", "held_us": 72 * H_US,
            "consecutive_deadline_at": "2026-03-22T00:00:00Z", "consecutive_over_us": 24 * H_US,
            "regulatory_deadline_at": "2026-03-24T00:00:00Z", "regulatory_counted_us": 31 * H_US,
            "regulatory_over_us": None, "note": None})
        self.assertEqual((both["consecutive_over_us"], both["regulatory_over_us"]),
                         (49.5 * H_US, 1.5 * H_US))
        self.assertEqual(summary, {
            "record": "summary", "zone": "America/Los_Angeles", "rows": 3, "used": 3, "unusable": 0,
            "eligible_at_booking": 0, "eligible_before_booking": 0, "eligible_after_release": 0,
            "doubtful": 0, "median_held_us": 72 * H_US,
            "consecutive_past": 2, "consecutive_over_us": 73.5 * H_US,
            "consecutive_longest_over_us": 49.5 * H_US, "consecutive_longest_booking": "B-both",
            "regulatory_past": 1, "regulatory_over_us": 1.5 * H_US,
            "regulatory_longest_over_us": 1.5 * H_US, "regulatory_longest_booking": "B-both"})

    def test_one_reading(self):
        stays, _, summary = self.records(HEADER + PAST_ONE + PAST_BOTH, "--rule", "regulatory")
        self.assertEqual([stay["booking"] for stay in stays], ["B-both"])
        self.assertNotIn("consecutive_over_us", stays[0])
        self.assertNotIn("consecutive_past", summary)
        stays, _, summary = self.records(HEADER + PAST_ONE + PAST_BOTH, "--rule", "consecutive")
        self.assertEqual([stay["booking"] for stay in stays], ["B-one", "B-both"])
        self.assertNotIn("regulatory_counted_us", stays[0])
        self.assertEqual(summary["consecutive_past"], 2)

    def test_all(self):
        stays, _, _ = self.records(HEADER + SHORT + PAST_ONE, "--all")
        self.assertEqual([(stay["booking"], stay["consecutive_over_us"]) for stay in stays],
                         [("B-short", None), ("B-one", 24 * H_US)])
        self.assertEqual(stays[0]["regulatory_counted_us"], 31 * H_US)

    def test_the_deadline_itself_is_not_past(self):
        rows = ("A,2026-03-16 17:00,,2026-03-18 17:00:00\nB,2026-03-16 17:00,,2026-03-18 17:00:01\n"
                "C,2026-03-16 17:00,,2026-03-18 17:00:00.000001\n")
        stays, _, _ = self.records(HEADER + rows)
        self.assertEqual([(stay["booking"], stay["regulatory_over_us"]) for stay in stays],
                         [("B", 1_000_000), ("C", 1)])

    def test_federal_holidays_and_those_of_the_county(self):
        thanksgiving = "B,2026-11-25 17:00,,2026-11-30 18:00\n"
        stays, _, _ = self.records(HEADER + thanksgiving)
        self.assertEqual(stays[0]["regulatory_over_us"], H_US)
        county = pathlib.Path(self.dir, "county.ics")
        county.write_text("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\nBEGIN:VEVENT\nUID:1\n"
                          "DTSTAMP:20200101T000000Z\nDTSTART;VALUE=DATE:20261127\n"
                          "SUMMARY:Day after Thanksgiving\nEND:VEVENT\nEND:VCALENDAR\n".replace("\n", "\r\n"))
        stays, _, _ = self.records(HEADER + thanksgiving, "--calendar", county)
        self.assertEqual((stays[0]["regulatory_deadline_at"], stays[0]["regulatory_over_us"]),
                         ("2026-12-02T01:00:00Z", None))

    def test_an_hour_that_comes_twice_is_read_as_the_longer_hold_and_told(self):
        rows = "B,2026-10-31 08:00,2026-11-01 01:30,2026-11-03 00:31\n"
        stays, _, summary = self.records(HEADER + rows)
        self.assertEqual((stays[0]["eligible_at"], stays[0]["consecutive_over_us"]),
                         ("2026-11-01T08:30:00Z", 60_000_000))
        self.assertEqual((stays[0]["note"], summary["doubtful"]), ("time doubtful: clocks changed", 1))

    def test_what_was_taken_for_what_is_counted(self):
        rows = ("A,2026-03-16 17:00,,2026-03-17 17:00\nB,2026-03-16 17:00,2026-03-18 00:00,2026-03-17 17:00\n"
                "C,2026-03-16 17:00,2026-03-15 17:00,2026-03-17 18:00\n")
        stays, _, summary = self.records(HEADER + rows, "--all")
        self.assertEqual([(stay["note"], stay["held_us"] // H_US) for stay in stays],
                         [("eligible at booking", 24), ("eligible after release", 0),
                          ("eligible before booking", 25)])
        self.assertEqual([summary[key] for key in ("eligible_at_booking", "eligible_after_release",
                                                   "eligible_before_booking")], [1, 1, 1])

    def test_other_zones(self):
        self.write(HEADER + "B,2026-03-16T17:00:00Z,,2026-03-18T17:00:01Z\nC,2026-03-06 00:00,,2026-03-08 03:00\n")
        for zone, past in (("UTC", ["B", "C"]), ("America/Phoenix", ["B", "C"]),
                           ("America/New_York", ["B", "C"]), ("Pacific/Auckland", ["B", "C"])):
            result = ctl("review", self.path, "--zone", zone, "--json")
            records = [json.loads(line) for line in result.stdout.splitlines()]
            self.assertEqual([record.get("booking") for record in records[:-1]], past)
            self.assertEqual(records[-1]["zone"], zone)
        self.assertEqual(records[1]["consecutive_over_us"], 3 * H_US)

    @unittest.skipUnless(PIERCE.exists(), f"there is no {PIERCE}")
    def test_pierce_county(self):
        stays, unusable, summary = self.records(PIERCE.read_bytes())
        self.assertEqual((unusable, summary["rows"]), ([], 104))
        self.assertEqual({stay["booking"] for stay in stays},
                         {"1fba618ef091", "0b7ad8d6bd3c", "2c98197c14e4", "96aacdae8d1f"})
        self.assertEqual({stay["booking"] for stay in stays if stay["regulatory_over_us"]},
                         {"1fba618ef091", "0b7ad8d6bd3c"})
        vector = next(stay for stay in stays if stay["booking"] == "2c98197c14e4")
        self.assertEqual((vector["held_us"] / H_US, vector["regulatory_counted_us"] / H_US), (89.25, 17.25))
        self.assertEqual((summary["consecutive_past"], summary["regulatory_past"]), (4, 2))


class Rows(ReviewCase):
    def test_reasons(self):
        rows = (",2026-03-16 17:00,,2026-03-18 17:00\n"
                "B,,,2026-03-18 17:00\n"
                "B,2026-03-16 17:00,,\n"
                "B,yesterday,,2026-03-18 17:00\n"
                "B,2026-03-16 17:00,x,2026-03-18 17:00\n"
                "B,2026-03-16 17:00,,2026-03-16 16:59\n"
                "B,2026-03-16 17:00,,9999-12-31 00:00\n"
                "B,2026-03-16 17:00,2026-03-18 17:00\n"
                "B,2026-03-16 17:00,,2026-03-18 17:00,\n"
                "B\"1,2026-03-16 17:00,,2026-03-18 17:00\n")
        expected = ["booking is empty", "booked_at is empty", "released_at is empty", "\"yesterday\" is not a time",
                    "local_custody_ended_at: \"x\" is not a time", "released before booked",
                    "outside the years 1970 to 2199", "3 fields where the header has 4",
                    "5 fields where the header has 4", "a broken quote"]
        found = self.unusable(rows)
        self.assertEqual([line for line, _ in found], list(range(2, 12)))
        for (_, reason), says in zip(found, expected, strict=True):
            self.assertIn(says, reason)

    def test_line_ends_and_marks(self):
        text = HEADER + PAST_ONE + PAST_BOTH
        expected = self.review(text, "--json")
        for other in (text.replace("\n", "\r\n"), text.replace("\n", "\r"), "\ufeff" + text, text.rstrip("\n")):
            self.assertEqual(self.review(other, "--json"), expected)
        blank = self.records(HEADER + "\n \t\n" + PAST_ONE)[0]
        self.assertEqual(blank[0]["line"], 4)

    def test_quotes(self):
        rows = '"B ""x"", 1\nsecond line","2026-03-16 17:00", , "2026-03-18 17:01" \n' + PAST_ONE
        stays, _, _ = self.records(HEADER + rows)
        self.assertEqual([(stay["line"], stay["booking"]) for stay in stays],
                         [(2, 'B "x", 1\nsecond line'), (4, "B-one")])

    def test_a_quote_left_open_costs_one_row(self):
        self.assertEqual(self.unusable('"B,2026-03-16 17:00,,2026-03-18 17:00\n' + PAST_ONE + PAST_BOTH),
                         [(2, "a quote that is never closed")])
        self.assertEqual(self.unusable('"B,2026-03-16 17:00,,2026-03-18 17:00\n' + 20000 * PAST_ONE),
                         [(2, "a quote that is not closed within 1 MiB")])

    def test_nul_and_bytes_that_are_no_text(self):
        self.assertEqual(self.unusable(b"B\0,2026-03-16 17:00,,2026-03-18 17:00\n"),
                         [(2, "a NUL byte: this must be plain text")])
        stays, _, _ = self.records(HEADER.encode() + b"Jos\xe9,2026-03-16 17:00,,2026-03-18 17:01\n")
        self.assertEqual(stays[0]["booking"], "Jos\\xe9")

    def test_utf16_is_told(self):
        self.write((HEADER + PAST_ONE).encode("utf-16"))
        self.assertRefused([self.path, *ZONE], "the header: a NUL byte")

    def test_columns_by_option(self):
        text = "Out;Nr,x\n".replace(";", ",In,") + "2026-03-18 17:01,2026-03-16 17:00,B-7,\n"
        stays, _, _ = self.records(text, "--booking-column", "Nr", "--booked-column", "In", "--eligible-column",
                                   "x", "--released-column=Out")
        self.assertEqual((stays[0]["booking"], stays[0]["note"]), ("B-7", "eligible at booking"))

    def test_standard_input(self):
        self.write(HEADER + PAST_ONE)
        with open(self.path, encoding="utf-8") as file:
            result = ctl("review", "-", *ZONE, "--json", stdin=file)
        self.assertEqual((result.returncode, len(result.stdout.splitlines())), (DONE, 2))

    def test_nobody_past_and_nothing_at_all(self):
        self.assertNotIn("BOOKING", self.review(HEADER + SHORT))
        said = self.review(HEADER)
        self.assertIn("Rows           0 read, 0 used, 0 that cannot be used\n", said)
        self.assertNotIn("Median", said)
        self.assertIsNone(self.records(HEADER)[2]["median_held_us"])


class Formats(ReviewCase):
    def test_table(self):
        lines = self.review(HEADER + PAST_ONE + SHORT + PAST_BOTH).splitlines()
        self.assertRegex(lines[0], r"^BOOKING  ELIGIBLE +OUT +HELD +PAST CONSECUTIVE  COUNTED +PAST REGULATORY  NOTE$")
        self.assertEqual([line.split()[0] for line in lines[1:3]], ["B-both", "B-one"])  # the longest on top
        self.assertEqual(lines[2], "B-one    2026-03-19 17:00:00 -07:00  2026-03-22 17:00:00 -07:00  72 h 0 min   "
                                   "24 h 0 min        31 h 0 min   -                -")
        self.assertEqual(lines[3:], [
            "",
            "Rows           3 read, 3 used, 0 that cannot be used",
            "Consecutive    2 past the deadline, by 73 h 30 min in all, the longest by 49 h 30 min (B-both)",
            "Regulatory     1 past the deadline, by 1 h 30 min in all, the longest by 1 h 30 min (B-both)",
            "Median         72 h 0 min",
            "Zone           America/Los_Angeles"])

    def test_table_of_one_rule_and_of_what_cannot_be_used(self):
        text = HEADER + PAST_BOTH + "B,x,,y\n"
        said = self.review(text, "--rule", "consecutive", status=INCOMPLETE)
        self.assertRegex(said, r"^BOOKING  ELIGIBLE +OUT +HELD +PAST CONSECUTIVE  NOTE\n")
        self.assertIn('\n\nLINE  CANNOT BE USED\n3     booked_at: "x" is not a time', said)
        self.assertIn("Rows           2 read, 1 used, 1 that cannot be used\n", said)
        self.assertNotIn("Regulatory", said)
        said = self.review(text, "--rule", "regulatory", status=INCOMPLETE)
        self.assertRegex(said, r"^BOOKING  ELIGIBLE +OUT +HELD +COUNTED +PAST REGULATORY  NOTE\n")

    def test_csv(self):
        rows = '"=2+3,""x""",2026-03-16 17:00,,2026-03-18 18:15:00\nB,,,\n'
        said = self.review(HEADER + rows, "--format", "csv", status=INCOMPLETE)
        stay, unusable, *summary = csv.DictReader(io.StringIO(said, newline=""))
        self.assertEqual(stay, {
            "record": "stay", "line": "2", "booking": "'=2+3,\"x\"", "eligible_at": "2026-03-16T17:00:00-07:00",
            "released_at": "2026-03-18T18:15:00-07:00", "held_h": "49.2500",
            "consecutive_deadline_at": "2026-03-18T17:00:00-07:00", "consecutive_over_h": "1.2500",
            "regulatory_deadline_at": "2026-03-18T17:00:00-07:00", "regulatory_counted_h": "49.2500",
            "regulatory_over_h": "1.2500", "note": "eligible at booking", "value": ""})
        self.assertEqual([unusable[key] for key in ("record", "line", "booking", "held_h", "note")],
                         ["unusable", "3", "", "", "booked_at is empty: no time of booking"])
        values = {row["note"]: row["value"] for row in summary}
        self.assertEqual({row["record"] for row in summary}, {"summary"})
        self.assertEqual([values[key] for key in ("rows", "unusable", "consecutive_past", "consecutive_over_h",
                                                  "median_held_h", "regulatory_longest_booking")],
                         ["2", "1", "1", "1.2500", "49.2500", "'=2+3,\"x\""])

    def test_every_row_of_the_csv_has_all_columns(self):
        text = HEADER + PAST_ONE + "B,,,\n"
        for rule in ("both", "consecutive", "regulatory"):
            said = self.review(text, "--format", "csv", "--all", "--rule", rule, status=INCOMPLETE)
            self.assertEqual(len({len(row) for row in csv.reader(io.StringIO(said))}), 1)

    def test_csv_and_json_say_the_same(self):
        text = HEADER + SHORT + PAST_ONE + PAST_BOTH
        stays, _, summary = self.records(text, "--all")
        rows = list(csv.DictReader(io.StringIO(self.review(text, "--format", "csv", "--all"))))
        for stay, row in zip(stays, rows):
            for name, value in stay.items():
                if name.endswith("_us"):
                    shown = row[name.removesuffix("us") + "h"]
                    self.assertEqual(float(shown) if shown else None, value and value / H_US)
        self.assertEqual([row["note"] for row in rows[3:]],
                         [name.replace("_us", "_h") for name in summary if name != "record"])

    def test_the_shortest_overrun_is_not_nothing(self):
        said = self.review(HEADER + "B,2026-03-16 17:00,,2026-03-18 17:00:00.000001\n", "--format", "csv")
        row = next(csv.DictReader(io.StringIO(said)))
        self.assertEqual((row["consecutive_over_h"], row["held_h"]), ("0.0001", "48.0000"))
        self.assertEqual(row["released_at"], "2026-03-18T17:00:00.000001-07:00")

    def test_words_of_others_do_not_steer_the_terminal(self):
        rows = ("\x1b]0;owned\x07\u202e,2026-03-16 17:00,,2026-03-18 18:15\n"
                "B,\x1b[2J\u202e,,2026-03-18 18:15\n\x1b\x07,,,\"x\n")
        for format_name in ("table", "csv", "json"):
            said = self.review(HEADER + rows, "--format", format_name, status=INCOMPLETE)
            self.assertNotRegex(said, "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]")
            self.assertIn("]0;owned", said)
        stays, _, summary = self.records(HEADER + rows, status=INCOMPLETE)
        self.assertEqual(stays[0]["booking"], "\x1b]0;owned\x07\u202e")
        self.assertEqual(summary["consecutive_longest_booking"], stays[0]["booking"])
        self.write("a,\x1b[2J\n")
        self.assertRefused([self.path, *ZONE, "--booking-column", "\x1b[3J"], r'"\x1b[3J"')


class Refusals(ReviewCase):
    def test_command_line(self):
        self.write(HEADER)
        self.assertRefused([self.path], "review needs --zone")
        self.assertRefused(ZONE, "review needs a file")
        self.assertRefused([self.path, "--zone", "Mars/Olympus"], 'knows no time zone "Mars/Olympus"')
        self.assertRefused([self.path, *ZONE, "--rule", "reg"], "did you mean regulatory?")
        self.assertRefused([self.path, *ZONE, "--format", "xml"], "not one of table, csv, json")
        self.assertRefused([self.path, *ZONE, "--json", "--format", "csv"], "not both")
        self.assertRefused([self.path, *ZONE, "--rule", "consecutive", "--calendar", "x.ics"], "has no meaning")
        self.assertEqual(self.review(HEADER, "--json", "--format", "json"), self.review(HEADER, "--json"))

    def test_header(self):
        self.write("")
        self.assertRefused([self.path, *ZONE], "empty: the first row must name the columns")
        self.write("booking;booked_at;released_at\n")
        self.assertRefused([self.path, *ZONE], ':1: there is no column "booking"')
        self.write("\n" + HEADER.replace("released_at", "Released_at"))
        self.assertRefused([self.path, *ZONE], ':2: there is no column "released_at"; is it "Released_at"?')
        self.write(HEADER.replace("\n", ",booking\n"))
        self.assertRefused([self.path, *ZONE], 'there are 2 columns "booking"')
        self.write('booking,"booked_at\n')
        self.assertRefused([self.path, *ZONE], "the header: a quote that is never closed")

    def test_files_that_cannot_be_read(self):
        self.assertRefused([self.dir + "/none", *ZONE], "No such file", status=UNREACHABLE)
        self.assertRefused([self.dir, *ZONE], "Is a directory", status=UNREACHABLE)

    def test_calendars(self):
        self.write(HEADER)
        path = pathlib.Path(self.dir, "bad.ics")
        path.write_text("BEGIN:VCALENDAR\nnonsense\u202e\n")
        result = ctl("review", self.path, *ZONE, "--calendar", path)
        self.assertEqual((result.returncode, result.stdout), (USAGE, ""))
        self.assertRegex(result.stderr, rf"\A{path}:\d+: ")
        self.assertNotIn("\u202e", result.stderr)
        result = ctl("review", self.path, *ZONE, "--calendar", self.dir + "/none.ics")
        self.assertEqual(result.returncode, USAGE)
        self.assertIn("No such file", result.stderr)

    def test_a_calendar_that_stops_the_clock(self):
        self.write(HEADER)
        path = pathlib.Path(self.dir, "long.ics")
        path.write_text("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n"
                        "DTSTAMP:20200101T000000Z\r\nDTSTART;VALUE=DATE:20260701\r\n"
                        "DTEND;VALUE=DATE:20260720\r\nSUMMARY:Closed\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
        self.assertRefused([self.path, *ZONE, "--calendar", path], "more than 7 days in a row would not count")

    def test_output_that_cannot_be_written_is_no_success(self):
        self.write(HEADER + PAST_ONE)
        with open("/dev/full", "w", encoding="ascii") as full:
            result = ctl("review", self.path, *ZONE, stdout=full)
        self.assertEqual(result.returncode, UNREACHABLE)
        self.assertIn("cannot write", result.stderr)

    def test_needs_no_daemon_and_no_socket(self):
        self.write(HEADER)
        result = ctl("review", self.path, *ZONE, socket_path="/" + "x" * 300)
        self.assertEqual((result.returncode, result.stderr), (DONE, ""))


class Progress(ReviewCase):
    """The line on the terminal. Rows come through a pipe that is held open until it has been drawn."""

    def run_on_terminal(self, stdout, *options):
        """Returns what stood on the terminal, and what on standard output if that was none."""
        master, terminal = pty.openpty()
        process = subprocess.Popen(
            [DETAINERCTL, "review", "-", *ZONE, *options], env=BASE_ENVIRONMENT, stdin=subprocess.PIPE,
            stdout=terminal if stdout is None else stdout, stderr=terminal)
        os.close(terminal)
        drawn = self.feed(process, master)
        process.stdin.close()
        while piece := self.read_terminal(master, patience(60)):
            drawn += piece
        os.close(master)
        self.assertEqual(process.wait(patience(60)), DONE)
        return drawn

    def feed(self, process, master):
        """Writes rows until something is drawn, but not for ever."""
        rows = (1024 * SHORT).encode()
        drawn = b""
        process.stdin.write(HEADER.encode())
        for _ in range(20000):
            process.stdin.write(rows)
            process.stdin.flush()
            drawn += self.read_terminal(master, 0)
            if b"rows" in drawn:
                break
        return drawn

    @staticmethod
    def read_terminal(master, timeout):
        if not select.select([master], [], [], timeout)[0]:
            return b""
        try:
            return os.read(master, 65536)
        except OSError:
            return b""  # the other end was closed

    def test_is_drawn_and_wiped(self):
        with open(os.path.join(self.dir, "out"), "w+b") as out:
            drawn = self.run_on_terminal(out)
            out.seek(0)
            said = out.read().decode()
        self.assertRegex(drawn, rb"\A(\r\x1b\[K\d+ rows)+\r\x1b\[K\Z")
        self.assertRegex(said, r"\ARows +\d+ read")

    def test_does_not_mix_with_records(self):
        self.write(HEADER + PAST_ONE)
        master, terminal = pty.openpty()
        result = subprocess.run([DETAINERCTL, "review", self.path, *ZONE, "--json"], env=BASE_ENVIRONMENT,
                                stdout=terminal, stderr=terminal, timeout=patience(60), check=True)
        os.close(terminal)
        self.assertEqual(result.returncode, DONE)
        self.assertNotIn(b"\x1b", self.read_terminal(master, patience(10)))
        os.close(master)


if __name__ == "__main__":
    unittest.main()
