# SPDX-License-Identifier: ISC
"""Requesting a hold, and reading it back."""

import os
import unittest

import harness
from harness import DaemonCase, ago, ahead, parse_rfc3339

MEMBERS = """id rev booking facility zone state form issued_at ice_office ice_warrant decision booked_at
    received_at served_at eligible_at eligible_reason rule limit_h deadline_at authority_ended_at
    pickup_at lift_code ended_at first_hold last_seq remaining_us overdue_us transfer_conflict
    next_timer""".split()


class Request(DaemonCase):
    def request_hold(self, **members):
        body = {"booking": self.booking(), "facility": "PIERCE"} | members
        return self.daemon.post("/v1/holds", body)

    def test_created_with_location_and_etag(self):
        answer = self.request_hold()
        hold = harness.expect(201, answer)
        self.assertEqual(answer.headers.get_content_type(), "application/json")
        self.assertEqual(answer.headers["Location"], f"/v1/holds/{hold['id']}")
        self.assertEqual(answer.headers["ETag"], '"1"')
        self.assertEqual(hold["rev"], 1)

        again = self.daemon.get(answer.headers["Location"])
        self.assertEqual(again.status, 200)
        self.assertEqual(again.headers["ETag"], '"1"')
        self.assertEqual(again.json, hold)

    def test_every_documented_member_is_there(self):
        hold = harness.expect(201, self.request_hold())
        self.assertEqual([name for name in MEMBERS if name not in hold], [])

    def test_defaults(self):
        before = harness.now()
        hold = harness.expect(201, self.request_hold())
        self.assertLessEqual(before, parse_rfc3339(hold["received_at"]))
        self.assertLessEqual(parse_rfc3339(hold["received_at"]), harness.now())
        self.assertTrue(hold["received_at"].endswith("Z"))
        expected = {"state": "lodged", "form": "I-247A", "decision": "honor", "overdue_us": 0,
                    "zone": "America/Los_Angeles", "transfer_conflict": False}
        absent = ["issued_at", "ice_office", "ice_warrant", "booked_at", "served_at", "eligible_at",
                  "eligible_reason", "rule", "limit_h", "deadline_at", "authority_ended_at",
                  "pickup_at", "lift_code", "ended_at", "first_hold", "remaining_us", "next_timer"]
        expected |= dict.fromkeys(absent)
        self.assertEqual({name: hold[name] for name in expected}, expected)

    def test_all_members_are_kept(self):
        members = {"form": "I-247D", "issued_at": "2025-03-01T08:30:00Z",
                   "ice_office": "Tacoma é 🛂", "ice_warrant": "I-205", "booked_at": "2025-02-28T23:59:59.123456Z",
                   "received_at": "2025-03-01T10:00:00.5Z"}
        hold = harness.expect(201, self.request_hold(**members))
        members["received_at"] = "2025-03-01T10:00:00.500000Z"
        for name, value in members.items():
            with self.subTest(name):
                if name.endswith("_at"):
                    self.assertEqual(parse_rfc3339(hold[name]), parse_rfc3339(value))
                else:
                    self.assertEqual(hold[name], value)

    def test_offsets_become_utc(self):
        hold = harness.expect(201, self.request_hold(issued_at="2025-03-01T00:30:00-08:00"))
        self.assertEqual(hold["issued_at"], "2025-03-01T08:30:00Z")

    def test_every_form(self):
        for form in ("I-247", "I-247D", "I-247X", "I-247A"):
            with self.subTest(form):
                self.assertEqual(harness.expect(201, self.request_hold(form=form))["form"], form)

    def test_notice_only_form_is_refused(self):
        self.assertProblem(self.request_hold(form="I-247N"), 400, "invalid-value", "form")

    def test_policies(self):
        review = self.daemon.create(self.booking(), "REVIEW")
        self.assertEqual((review["state"], review["decision"]), ("pending", "review"))
        declined = self.daemon.create(self.booking(), "DECLINE", received_at=ago(hours=2))
        self.assertEqual((declined["state"], declined["decision"]), ("declined", "decline"))
        self.assertEqual(declined["ended_at"], declined["received_at"])

    def test_unknown_facility(self):
        answer = self.request_hold(facility="NOWHERE")
        problem = self.assertProblem(answer, 422, "unknown-facility", "facility")
        self.assertIn("NOWHERE", problem["detail"])

    def test_times_in_the_future(self):
        for field in ("received_at", "issued_at", "booked_at"):
            with self.subTest(field):
                answer = self.request_hold(**{field: ahead(minutes=2)})
                self.assertProblem(answer, 422, "time-in-future", field)

    def test_clocks_may_differ_by_a_minute(self):
        harness.expect(201, self.request_hold(received_at=ahead(seconds=50)))

    def test_received_before_it_was_issued(self):
        answer = self.request_hold(issued_at=ago(hours=1), received_at=ago(hours=2))
        self.assertProblem(answer, 422, "time-order", "received_at")

    def test_refused_requests_leave_nothing(self):
        booking = self.booking()
        last = self.daemon.get("/v1/events?limit=1").json["last_seq"]
        self.daemon.post("/v1/holds", {"booking": booking, "facility": "NOWHERE"})
        self.daemon.post("/v1/holds", {"booking": booking, "facility": "PIERCE", "colour": "red"})
        self.assertEqual(self.daemon.get(f"/v1/holds?booking={booking}").json["holds"], [])
        self.assertEqual(self.daemon.get("/v1/events?limit=1").json["last_seq"], last)

    def test_same_booking_twice_makes_two_holds(self):
        booking = self.booking()
        first, second = self.daemon.create(booking), self.daemon.create(booking)
        self.assertNotEqual(first["id"], second["id"])
        listed = self.daemon.get(f"/v1/holds?booking={booking}").json["holds"]
        self.assertEqual([hold["id"] for hold in listed], [first["id"], second["id"]])


class Read(DaemonCase):
    def test_unknown_holds(self):
        for name in ("999999", "0", "-1", "abc", "1x", "+1", "01x", "9223372036854775808",
                     "99999999999999999999999", "%31%00", "1%2Fstart"):
            for method, path in (("GET", f"/v1/holds/{name}"), ("GET", f"/v1/holds/{name}/events"),
                                 ("POST", f"/v1/holds/{name}/start")):
                with self.subTest(f"{method} {path}"):
                    self.assertProblem(self.daemon.request(method, path), 404, "not-found")

    def test_root(self):
        self.daemon.create(self.booking())
        answer = self.daemon.get("/v1/")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers.get_content_type(), "application/json")
        about = answer.json
        self.assertRegex(about["version"], r"^\d+\.\d+")
        self.assertLess(abs(parse_rfc3339(about["time"]) - harness.now()).total_seconds(),
                        harness.patience(5))
        self.assertEqual((about["you"]["uid"], about["you"]["pid"]), (os.getuid(), os.getpid()))
        self.assertEqual([(f["id"], f["zone"]) for f in about["facilities"]],
                         [("PIERCE", "America/Los_Angeles"), ("REVIEW", "UTC"),
                          ("DECLINE", "America/Chicago")])
        self.assertGreaterEqual(about["counts"]["lodged"], 1)
        self.assertIn("synchronised", about["clock"])


if __name__ == "__main__":
    unittest.main()
