# SPDX-License-Identifier: ISC
"""Listing holds: filters, limits, and cursors that stay true while others write."""

import threading
import unittest
from urllib.parse import quote, urlencode

import harness
from harness import DaemonCase, ago, ahead


class ListCase(DaemonCase):
    def page(self, **parameters):
        return harness.expect(200, self.daemon.get(f"/v1/holds?{urlencode(parameters)}"))

    def ids(self, **parameters):
        """The ids on all pages."""
        ids = []
        while True:
            page = self.page(**parameters)
            ids += [hold["id"] for hold in page["holds"]]
            if not page["next_cursor"]:
                return ids
            parameters["cursor"] = page["next_cursor"]


class Filters(ListCase):
    def setUp(self):
        create, command = self.daemon.create, self.daemon.command
        self.name = self.booking()
        self.lodged = create(self.name)["id"]
        self.pending = create(self.name, "REVIEW")["id"]
        self.declined = create(self.name, "DECLINE")["id"]
        self.held = create(self.name)["id"]
        command(self.held, "start", eligible_at=ago(hours=10))
        self.released = create(self.booking())["id"]
        command(self.released, "start")
        command(self.released, "release")

    def test_booking(self):
        self.assertEqual(self.ids(booking=self.name),
                         [self.lodged, self.pending, self.declined, self.held])
        self.assertEqual(self.ids(booking="no such booking"), [])

    def test_booking_is_compared_exactly(self):
        odd = ["50%", "a'b\"c", "a b+c&d", "é", "x*", "B_1"]
        made = {name: self.daemon.create(name)["id"] for name in odd}
        for name, number in made.items():
            with self.subTest(name):
                self.assertEqual(self.ids(booking=name), [number])
        self.assertEqual(self.ids(booking="B-00000_"), [])
        self.assertEqual(self.ids(booking="%"), [])
        self.assertEqual(self.ids(booking=self.name.lower()), [])

    def test_state(self):
        for state in ("lodged", "pending", "declined", "held", "released"):
            with self.subTest(state):
                listed = self.page(state=state, limit=1000)["holds"]
                self.assertIn(getattr(self, state), [hold["id"] for hold in listed])
                self.assertEqual({hold["state"] for hold in listed}, {state})
        self.assertEqual(self.ids(state="cancelled"), [])

    def test_facility(self):
        listed = self.page(facility="REVIEW", limit=1000)["holds"]
        self.assertIn(self.pending, [hold["id"] for hold in listed])
        self.assertEqual({hold["facility"] for hold in listed}, {"REVIEW"})

    def test_due_before(self):
        held = lambda **members: self.ids(booking=self.name, **members)
        self.assertEqual(held(due_before=ahead(hours=39)), [self.held])
        self.assertEqual(held(due_before=ahead(hours=37)), [])
        self.assertEqual(held(due_before="9999-12-31T23:59:59Z"), [self.held])
        self.assertNotIn(self.released, self.ids(due_before="9999-12-31T23:59:59Z"))

    def test_all_together(self):
        match = {"booking": self.name, "state": "held", "facility": "PIERCE"}
        self.assertEqual(self.ids(**match, due_before=ahead(hours=39)), [self.held])
        self.assertEqual(self.ids(**match | {"facility": "REVIEW"}), [])

    def test_list_items_are_holds(self):
        item, = self.page(booking=self.name, state="lodged")["holds"]
        self.assertEqual(item, self.daemon.hold(self.lodged))


class Pages(ListCase):
    def test_order_and_default_limit(self):
        name = self.booking()
        made = [self.daemon.create(name)["id"] for _ in range(105)]
        page = self.page(booking=name)
        self.assertEqual([hold["id"] for hold in page["holds"]], made[:100])
        rest = self.page(booking=name, cursor=page["next_cursor"])
        self.assertEqual([hold["id"] for hold in rest["holds"]], made[100:])
        self.assertIsNone(rest["next_cursor"])

    def test_page_that_fits_exactly(self):
        name = self.booking()
        made = [self.daemon.create(name)["id"] for _ in range(4)]
        self.assertEqual(self.ids(booking=name, limit=2), made)
        self.assertEqual(self.ids(booking=name, limit=4), made)
        self.assertEqual(self.ids(booking=name, limit=1), made)
        self.assertIsNone(self.page(booking=name, limit=5)["next_cursor"])

    def test_stable_under_concurrent_inserts(self):
        name = self.booking()
        made = [self.daemon.create(name)["id"] for _ in range(40)]
        stop = threading.Event()

        def insert():
            while not stop.is_set():
                self.daemon.create(name)

        writer = threading.Thread(target=insert)
        writer.start()
        try:
            listed, cursor = [], {}
            while len(listed) < 60:
                page = self.page(booking=name, limit=3, **cursor)
                listed += [hold["id"] for hold in page["holds"]]
                cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else cursor
                if not page["next_cursor"]:
                    break
        finally:
            stop.set()
            writer.join()
        self.assertEqual(listed[:40], made)
        self.assertEqual(listed, sorted(set(listed)))

    def test_ended_holds_stay_in_their_place(self):
        name = self.booking()
        made = [self.daemon.create(name)["id"] for _ in range(4)]
        page = self.page(booking=name, limit=2)
        for hold in made:
            self.daemon.command(hold, "close", reason="bonded")
        page = self.page(booking=name, limit=2, cursor=page["next_cursor"])
        self.assertEqual([hold["id"] for hold in page["holds"]], made[2:])


class Parameters(ListCase):
    def assertParameter(self, query, field, kind="invalid-parameter", path="/v1/holds"):
        with self.subTest(query):
            self.assertProblem(self.daemon.get(f"{path}?{query}"), 400, kind, field)

    def test_unknown(self):
        self.assertParameter("colour=red", "colour", "unknown-parameter")
        self.assertParameter("State=held", "State", "unknown-parameter")
        self.assertParameter("limit=1&after=3", "after", "unknown-parameter")
        self.assertParameter("colour", "colour", "unknown-parameter")
        self.assertParameter("wait=1", "wait", "unknown-parameter", "/v1/holds/1/events")
        self.assertParameter("cursor=1", "cursor", "unknown-parameter", "/v1/events")

    def test_unknown_where_there_are_none(self):
        hold = self.daemon.create(self.booking())["id"]
        self.assertParameter("x=1", "x", "unknown-parameter", f"/v1/holds/{hold}")
        answer = self.daemon.post(f"/v1/holds/{hold}/start?dry_run=1", {})
        self.assertProblem(answer, 400, "unknown-parameter", "dry_run")
        self.assertEqual(self.daemon.hold(hold)["state"], "lodged")

    def test_limit(self):
        for value in ("0", "1001", "-1", "x", "", "1.5", "1x", "%201", "99999999999999999999", "0x10"):
            self.assertParameter(f"limit={value}", "limit")
        for value in ("1", "1000"):
            self.assertEqual(self.daemon.get(f"/v1/holds?limit={value}").status, 200)

    def test_values(self):
        self.assertParameter("state=sleeping", "state")
        self.assertParameter("state=", "state")
        self.assertParameter("state=HELD", "state")
        self.assertParameter("due_before=tomorrow", "due_before")
        self.assertParameter("due_before=2026-01-01T00:00:00", "due_before")
        self.assertParameter("cursor=garbage!", "cursor")
        self.assertParameter("cursor=", "cursor")

    def test_offset_with_plus_must_be_escaped(self):
        when = quote("2026-01-01T00:00:00+01:00")
        self.assertEqual(self.daemon.get(f"/v1/holds?due_before={when}").status, 200)

    def test_duplicates(self):
        self.assertParameter("limit=1&limit=2", "limit")
        self.assertParameter("state=held&state=lodged", "state")
        self.assertParameter("limit=5&state=held&limit=5", "limit")

    def test_nasty_bytes(self):
        for value in ("%00", "a%00b", "%ff", "%zz", "%", "%c0%af", "%F0%9F%9B%82"):
            with self.subTest(value):
                answer = self.daemon.get(f"/v1/holds?booking={value}")
                self.assertIn(answer.status, (200, 400), answer.text)
                if answer.status == 200:
                    self.assertEqual(answer.json["holds"], [])
        self.assertEqual(self.daemon.get("/v1/holds?booking=%00").status, 400)


if __name__ == "__main__":
    unittest.main()
