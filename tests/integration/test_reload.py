# SPDX-License-Identifier: ISC
"""Loading configuration, calendars and policies anew: all or nothing, and never a longer hold."""

import contextlib
import datetime
import json
import os
import pathlib
import shutil
import signal
import unittest

import harness
from harness import Daemon, expect

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:test
{events}END:VCALENDAR
"""
EVENT = """BEGIN:VEVENT
UID:{day}
DTSTART;VALUE=DATE:{day}
SUMMARY:{summary}
END:VEVENT
"""
POLICY = 'title = "t"\nversion "1" {{ rule "all" {{ decide = "{decision}" reason = "{reason}" }} }}\n'


class Reload(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(harness.short_temporary_directory())
        self.addCleanup(shutil.rmtree, self.directory)
        self.write_calendar({})
        self.write_policy("honor")
        self.daemon = Daemon(conf_extra=self.settings(), facilities=self.jails())
        self.enterContext(self.daemon)

    def settings(self):
        return f'calendars = {{"{self.directory}"}}\npolicies = {{"{self.directory}"}}\n'

    def jails(self, hours=48, exclude='"county"'):
        return (f'rule "ours" {{ hours = {hours} exclude = {{{exclude}}} }}\n'
                'facility "A" { zone = "UTC" policy = "ours" rule = "ours" }\n')

    def write_calendar(self, days):
        events = "".join(EVENT.format(day=day, summary=summary) for day, summary in days.items())
        events = events or EVENT.format(day="19700101", summary="Long ago")
        (self.directory / "county.ics").write_text(CALENDAR.format(events=events))

    def write_policy(self, decision, reason="so it is"):
        (self.directory / "ours.policy").write_text(POLICY.format(decision=decision, reason=reason))

    def reload(self):
        return expect(200, self.daemon.post("/v1/reload"))

    def refused(self, *mistakes):
        problem = self.daemon.post("/v1/reload")
        self.assertEqual((problem.status, problem.json["kind"]), (422, "invalid-configuration"))
        self.assertEqual(problem.json["mistakes"], list(mistakes))
        self.assertEqual(problem.json["detail"], mistakes[0])

    def booking(self):
        self.bookings = getattr(self, "bookings", 0) + 1
        return f"B-{self.bookings}"

    def start(self, hours_ago=1):
        hold = self.daemon.create(self.booking(), "A")
        return self.daemon.command(hold["id"], "start", eligible_at=harness.ago(hours=hours_ago))

    def days_from_now(self, *offsets):
        return {(harness.now() + datetime.timedelta(days=offset)).strftime("%Y%m%d"): "Closed"
                for offset in offsets}

    def test_new_starts_follow_the_new_law(self):
        self.assertEqual(self.start()["policy_reason"], "so it is")
        self.write_policy("honor", reason="now so")
        told = self.reload()
        self.assertEqual((told["facilities"], told["calendars"]), (1, 2))  # with the federal one
        self.assertEqual(told["policies"], 4)
        self.assertEqual(self.start()["policy_reason"], "now so")

    def test_a_running_deadline_moves_only_to_an_earlier_instant(self):
        held = self.start()
        self.write_calendar(self.days_from_now(0, 1, 2))
        self.reload()
        self.assertEqual(self.daemon.hold(held["id"])["deadline_at"], held["deadline_at"])
        longer = self.start()  # but a new one may last longer, for that is the county's law now
        self.assertGreater(longer["deadline_at"], held["deadline_at"])
        self.write_calendar({})
        self.reload()
        event = self.daemon.wait_event("hold.shortened", longer["id"])
        now = self.daemon.hold(longer["id"])
        self.assertEqual(event["previous_deadline_at"], longer["deadline_at"])
        self.assertEqual(event["deadline_at"], now["deadline_at"])
        self.assertLess(now["deadline_at"], longer["deadline_at"])
        self.assertEqual(now["next_timer"]["kind"], "warning")
        self.assertEqual([e["kind"] for e in self.daemon.events(held["id"])], ["hold.lodged", "hold.started"])
        self.daemon.wait_stderr(f"hold {longer['id']}, .*the person must be out earlier, by ")

    def test_a_shorter_rule_ends_what_has_run_out_by_it(self):
        held = self.start(hours_ago=30)
        self.daemon.write_conf(self.settings(), self.jails(hours=24))
        self.reload()
        expired = self.daemon.wait_event("hold.expired", held["id"])
        self.assertTrue(expired["late"])
        self.assertEqual(self.daemon.hold(held["id"])["state"], "expired")

    def test_a_restart_is_a_reload(self):
        held, other = self.start(hours_ago=30), self.start(hours_ago=1)
        self.daemon.stop()
        self.daemon.write_conf(self.settings(), self.jails(hours=24))
        self.daemon.restart()
        kinds = [e["kind"] for e in self.daemon.events(held["id"])]
        self.assertEqual(kinds[-2:], ["hold.shortened", "hold.expired"])
        self.assertIn("hold.shortened", [e["kind"] for e in self.daemon.events(other["id"])])
        events = len(self.daemon.events())
        self.daemon.restart()  # by the same law: nothing to do
        self.assertEqual(len(self.daemon.events()), events)

    def test_a_facility_that_is_mistyped_holds_nobody(self):
        lodged = self.daemon.create(self.booking(), "A")
        running = self.start()
        self.daemon.write_conf(self.settings(), self.jails().replace('"A"', '"B"'))
        self.reload()
        self.daemon.wait_stderr("facility A is not in the configuration and still has 2 open holds")
        self.assertEqual(self.daemon.command(lodged["id"], "start")["state"], "declined")
        self.assertEqual(self.daemon.hold(running["id"])["deadline_at"], running["deadline_at"])

    def test_all_or_nothing(self):
        self.write_policy("decline")
        (self.directory / "broken.policy").write_text('title = "t"\nversion "1" { rule "r" { decide = "maybe" reason = "x" } }\n')
        answer = self.daemon.post("/v1/reload")
        self.assertEqual((answer.status, answer.json["kind"]), (422, "invalid-configuration"))
        self.assertTrue(answer.json["mistakes"][0].startswith(f"{self.directory}/broken.policy:2: "), answer.text)
        self.assertIn("the configuration was not loaded: all stays as it was", self.daemon.stderr())
        self.assertIn(answer.json["mistakes"][0], self.daemon.stderr())
        self.assertEqual(self.start()["state"], "held")  # the old policy still honours
        (self.directory / "broken.policy").unlink()
        self.reload()
        hold = self.daemon.create("after", "A")
        self.assertEqual(hold["state"], "declined")

    def test_a_pipe_among_the_files_stops_nobody(self):
        os.mkfifo(self.directory / "pipe.ics")
        self.refused(f"{self.directory}/pipe.ics: is not a regular file")
        self.assertEqual(self.start()["state"], "held")

    def test_mistakes_of_the_configuration(self):
        conf = self.daemon.conf
        self.daemon.write_conf(self.settings(), self.jails(hours=49))
        self.refused(f'{conf}:6: hours: "49" is not a whole number from 1 to 48')
        self.daemon.write_conf(self.settings(), self.jails(exclude='"weekend"'))
        self.refused(f'{conf}:6: there is no calendar "weekend"; is it "weekends"?')
        self.daemon.write_conf(self.settings(), self.jails().replace('policy = "ours"', 'policy = "our"'))
        self.refused(f'{conf}:7: there is no policy "our"; is it "ours"?')
        self.daemon.write_conf(self.settings(), self.jails().replace(' rule = "ours"', ' rule = "regulatry"'))
        self.refused(f'{conf}:7: there is no rule "regulatry"; is it "regulatory"?')
        self.write_calendar(self.days_from_now(*range(8)))
        self.daemon.write_conf(self.settings(), self.jails())
        answer = self.daemon.post("/v1/reload").json
        self.assertRegex(answer["detail"], r'rule "ours" excludes more than 7 days in a row, the last on ')

    def test_a_federal_calendar_of_the_countys_own_is_bounded_too(self):
        """Every hold is read by it, so that one without end would end the daemon at each start."""
        held = self.start()
        events = "".join(EVENT.format(day=day, summary="Closed") for day in self.days_from_now(*range(90)))
        (self.directory / "us-federal.ics").write_text(CALENDAR.format(events=events))
        answer = self.daemon.post("/v1/reload")
        self.assertEqual(answer.status, 422, answer.text)
        self.assertRegex(answer.json["detail"], r'rule "regulatory" excludes more than 7 days in a row, the last on ')
        self.assertEqual(self.daemon.hold(held["id"])["state"], "held")

    def test_policies_that_exchange_their_names_are_another_law(self):
        """A hold's policy is found by its name, whatever file that was before."""
        policy = 'title = "{title}"\nversion "1" {{ {clock} rule "all" {{ decide = "honor" reason = "x" }} }}\n'
        short = policy.format(title="short", clock="clock { hours = 24 }")
        usual = policy.format(title="usual", clock="")
        for name, text in (("p1", short), ("p2", usual)):
            (self.directory / f"{name}.policy").write_text(text)
        self.daemon.write_conf(self.settings(), self.jails().replace('policy = "ours"', 'policy = "p2"'))
        self.reload()
        held = self.start()
        for name, text in (("p2", short), ("p3", usual)):
            (self.directory / f"{name}.policy").write_text(text)
        (self.directory / "p1.policy").unlink()
        self.reload()
        self.daemon.wait_event("hold.shortened", held["id"], timeout=5)

    def test_a_policy_is_utf8_in_its_comments_too(self):
        """Its text is part of an answer in JSON."""
        (self.directory / "latin.policy").write_bytes(b"# Jos\xe9\n" + POLICY.format(decision="honor", reason="x").encode())
        self.refused(f"{self.directory}/latin.policy: not UTF-8")

    def test_a_hold_whose_facility_is_gone_keeps_its_deadline(self):
        """As detainerd.conf(5) says; and when the facility comes back, all is as it was."""
        self.daemon.write_conf(self.settings(), self.jails(exclude='"county"'))
        self.write_calendar(self.days_from_now(0, 1, 2))
        self.reload()
        held, other = self.start(), self.start()
        self.daemon.write_conf(self.settings(), self.jails().replace('"A"', '"B"'))
        self.reload()
        self.daemon.command(other["id"], "note", text="a turn later")
        self.assertEqual(self.daemon.hold(held["id"])["deadline_at"], held["deadline_at"])
        self.daemon.write_conf(self.settings(), self.jails())
        self.reload()
        self.daemon.command(other["id"], "note", text="another")
        self.assertEqual(self.daemon.hold(held["id"])["deadline_at"], held["deadline_at"])
        self.write_calendar({})
        self.reload()
        self.daemon.wait_event("hold.shortened", held["id"])

    def test_by_signal(self):
        self.write_policy("decline")
        os.kill(self.daemon.pid, signal.SIGHUP)
        self.daemon.wait_stderr(r"1 facilities, 4 policies and 2 calendars are loaded\n(.*\n)*.*1 facilities")
        self.assertEqual(self.daemon.create("x", "A")["state"], "declined")
        self.assertIn("RELOADING=1", "\n".join(self.daemon.notifications))
        (self.directory / "county.ics").write_text("BEGIN:VCALENDAR\n")
        os.kill(self.daemon.pid, signal.SIGHUP)
        self.daemon.wait_stderr("the configuration was not loaded: all stays as it was")
        self.assertIn(f"{self.directory}/county.ics:", self.daemon.stderr())
        self.assertEqual(self.daemon.create("y", "A")["state"], "declined")

    def test_settings_of_the_process_wait_for_a_start(self):
        self.daemon.write_conf(self.settings() + "http_threads = 3\n", self.jails())
        self.reload()
        self.assertIn("http_threads has changed; that takes effect at the next start", self.daemon.stderr())

    def test_a_body_has_no_members(self):
        self.write_policy("decline")
        answer = self.daemon.post("/v1/reload", {"dry_run": True})
        self.assertEqual((answer.status, answer.json["kind"], answer.json["field"]),
                         (400, "unknown-field", "dry_run"))
        self.assertEqual(self.start()["policy_reason"], "so it is")
        expect(200, self.daemon.post("/v1/reload", {}))

    @contextlib.contextmanager
    def stopped(self):
        """Whatever is sent in here is there at once when the daemon runs on."""
        os.kill(self.daemon.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.daemon.pid, signal.SIGCONT)

    def ask_at_once(self, n):
        connections = [self.daemon.connection() for _ in range(n)]
        for connection in connections:
            self.enterContext(contextlib.closing(connection))
            connection.connect()
        with self.stopped():
            for connection in connections:
                connection.request("POST", "/v1/reload")
        return connections

    def test_one_load_serves_all_who_wait(self):
        loads = self.daemon.stderr().count(" are loaded")
        self.write_policy("honor", reason="now so")
        for connection in self.ask_at_once(100):
            answer = connection.getresponse()
            self.assertEqual((answer.status, json.load(answer)["facilities"]), (200, 1))
        self.assertLess(self.daemon.stderr().count(" are loaded") - loads, 50)
        self.assertEqual(self.start()["policy_reason"], "now so")

    def test_one_load_refuses_all_who_wait(self):
        (self.directory / "broken.policy").write_text('title = "t"\n')
        mistakes = self.daemon.post("/v1/reload").json["mistakes"]
        for connection in self.ask_at_once(100):
            answer = connection.getresponse()
            self.assertEqual((answer.status, json.load(answer)["mistakes"]), (422, mistakes))
        self.assertLess(self.daemon.stderr().count("all stays as it was"), 50)

    def test_a_client_that_does_not_wait(self):
        self.write_policy("decline")
        connection = self.daemon.connection()
        connection.connect()
        with self.stopped():
            connection.request("POST", "/v1/reload")
            connection.close()
        self.reload()
        self.assertEqual(self.daemon.create("x", "A")["state"], "declined")

    def test_a_reload_while_stopping(self):
        """Either it is done, or refused: nobody waits for it, and the daemon ends as always."""
        connection = self.daemon.connection()
        connection.connect()
        with self.stopped():
            connection.request("POST", "/v1/reload")
            os.kill(self.daemon.pid, signal.SIGTERM)
            os.kill(self.daemon.pid, signal.SIGHUP)
        answer = connection.getresponse()
        if answer.status != 200:
            problem = json.load(answer)
            self.assertEqual((answer.status, problem["kind"]), (503, "overloaded"))
            self.assertEqual(problem["detail"], "detainerd is stopping; nothing was reloaded")
        connection.close()
        self.assertEqual(self.daemon.wait_exit(), 0)

    def test_under_load(self):
        """Laws come and go while commands do: every answer is by one of them, none is lost."""
        reasons = ["so it is", "now so"]
        for i in range(20):
            self.write_policy("honor", reason=reasons[i % 2])
            os.kill(self.daemon.pid, signal.SIGHUP)
            for _ in range(10):
                self.assertIn(self.start()["policy_reason"], reasons)
        self.assertEqual(self.daemon.get("/healthz").status, 200)


if __name__ == "__main__":
    unittest.main()
