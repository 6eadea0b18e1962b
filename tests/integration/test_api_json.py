# SPDX-License-Identifier: ISC
"""Strict JSON: whatever a body has too much, too little or wrong is refused by name."""

import json
import unittest

from harness import DaemonCase, ago


class JsonCase(DaemonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.held = cls.daemon.create(cls.booking(), received_at=ago(hours=9))["id"]
        cls.daemon.command(cls.held, "start")

    def request_raw(self, raw):
        return self.daemon.post("/v1/holds", raw=raw)

    def request_hold(self, **members):
        return self.daemon.post("/v1/holds", {"booking": "B", "facility": "PIERCE"} | members)

    def command(self, command, **members):
        return self.daemon.post(f"/v1/holds/{self.held}/{command}", members)

    def tearDown(self):
        """Nothing refused may have been recorded."""
        self.assertEqual(self.daemon.get("/v1/holds?booking=B").json["holds"], [])


class Fields(JsonCase):
    def test_duplicate(self):
        answer = self.request_raw(b'{"booking":"B","facility":"PIERCE","booking":"B"}')
        self.assertProblem(answer, 400, "duplicate-field", "booking")
        answer = self.request_raw(rb'{"booking":"B","facility":"PIERCE","book\u0069ng":"C"}')
        self.assertProblem(answer, 400, "duplicate-field", "booking")

    def test_duplicate_in_command(self):
        answer = self.daemon.post(f"/v1/holds/{self.held}/note", raw=b'{"text":"a","text":"a"}')
        self.assertProblem(answer, 400, "duplicate-field", "text")

    def test_unknown(self):
        self.assertProblem(self.request_hold(recieved_at=ago()), 400, "unknown-field", "recieved_at")
        self.assertProblem(self.request_hold(at=ago()), 400, "unknown-field", "at")
        self.assertProblem(self.request_hold(Booking="x"), 400, "unknown-field", "Booking")
        self.assertProblem(self.command("start", at=ago()), 400, "unknown-field", "at")
        self.assertProblem(self.command("note", text="x", hold=1), 400, "unknown-field", "hold")
        self.assertProblem(self.request_hold(**{"": 1}), 400, "unknown-field")
        self.assertProblem(self.request_hold(**{"x" * 5000: 1}), 400, "unknown-field")
        self.assertProblem(self.request_hold(**{"é\"\\": 1}), 400, "unknown-field", "é\"\\")

    def test_missing(self):
        self.assertProblem(self.daemon.post("/v1/holds", {"booking": "B"}), 400, "missing-field",
                           "facility")
        self.assertProblem(self.daemon.post("/v1/holds", {"facility": "PIERCE"}), 400,
                           "missing-field", "booking")
        for raw in (b"", b"{}", b" \r\n\t{ } "):
            self.assertProblem(self.request_raw(raw), 400, "missing-field")

    def test_wrong_types(self):
        wrong = (1, 1.5, True, ["B"], {"a": "B"}, None)
        for field in ("booking", "facility", "form", "issued_at", "ice_office", "ice_warrant"):
            for value in wrong if field in ("booking", "facility") else wrong[:-1]:
                with self.subTest(field=field, value=value):
                    answer = self.request_hold(**{field: value})
                    self.assertProblem(answer, 400, "wrong-type", field)

    def test_wrong_types_in_commands(self):
        for command, field in (("note", "text"), ("release", "reason"), ("schedule", "pickup_at"),
                               ("close", "reason"), ("release", "at"), ("cancel", "lift_code")):
            with self.subTest(f"{command} {field}"):
                self.assertProblem(self.command(command, **{field: 7}), 400, "wrong-type", field)

    def test_not_an_object(self):
        for raw in (b"[]", b'"text"', b"1", b"true", b"null"):
            with self.subTest(raw):
                answer = self.request_raw(raw)
                self.assertEqual(answer.status, 400)
                self.assertIn(answer.json["kind"], ("wrong-type", "malformed-json"))

    def test_empty_body_is_an_empty_object(self):
        hold = self.daemon.create(self.booking())["id"]
        self.assertEqual(self.daemon.post(f"/v1/holds/{hold}/start").json["state"], "held")
        self.assertEqual(self.daemon.post(f"/v1/holds/{hold}/release", raw=b"").json["state"],
                         "released")


class Syntax(JsonCase):
    MALFORMED = (
        b"{", b"}", b"not json", b'{"booking":"B",}', b"{'booking':'B'}", b'{booking:"B"}',
        b'{"booking":"B"} {"facility":"PIERCE"}', b'{"booking":"B"}x', b'{"booking" "B"}',
        b'{"booking":"B"/* c */,"facility":"PIERCE"}', b'{"booking":NaN}', b'{"booking":Infinity}',
        b'{"booking":01}', b'{"booking":+1}', b'{"booking":.5}', b'{"booking":"B\n"}',
        b'{"booking":"\\x41"}', b'{"booking":"B', b'{"booking":tru}', b"\xef\xbb\xbf{",
        b'{"booking":"B","facility":"PIERCE"}\0', b"\0", b'{"boo\0king":"B","facility":"PIERCE"}',
        b"\xff\xfe{\0}\0",
    )

    def test_malformed(self):
        for raw in self.MALFORMED:
            with self.subTest(raw):
                self.assertProblem(self.request_raw(raw), 400, "malformed-json")

    def test_nested_deep(self):
        for raw in (b"[" * 30000, b'{"a":' * 10000, b"[" * 20000 + b"]" * 20000):
            with self.subTest(raw[:5]):
                self.assertEqual(self.request_raw(raw).status, 400)

    def test_bad_utf8(self):
        for bad in (b"\xff", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80",
                    b"\xe2\x82", b"\x80", rb"\ud800", rb"\udc00\ud800"):
            with self.subTest(bad):
                answer = self.request_raw(b'{"booking":"' + bad + b'","facility":"PIERCE"}')
                self.assertProblem(answer, 400, "malformed-json", "booking")
                answer = self.daemon.post(f"/v1/holds/{self.held}/note", raw=b'{"text":"' + bad + b'"}')
                self.assertProblem(answer, 400, "malformed-json", "text")

    def test_nul(self):
        for raw in (rb'{"booking":"a\u0000b","facility":"PIERCE"}',
                    b'{"booking":"a\0b","facility":"PIERCE"}',
                    rb'{"booking":"\u0000","facility":"PIERCE"}'):
            with self.subTest(raw):
                self.assertProblem(self.request_raw(raw), 400, "malformed-json", "booking")
        answer = self.request_raw(rb'{"booking\u0000":"B","facility":"PIERCE"}')
        self.assertEqual(answer.status, 400)

    def test_numbers_out_of_range(self):
        for number in (b"1e999", b"-1e999", b"99999999999999999999", b"-9223372036854775809"):
            with self.subTest(number):
                answer = self.request_raw(b'{"booking":' + number + b',"facility":"PIERCE"}')
                self.assertProblem(answer, 400, "malformed-json", "booking")

    def test_unicode_survives(self):
        for text in ("Ñandú", "日本", "🛂", "a\u0301", "\"\\/\n\t", "\u0080\u2028\uffff"):
            with self.subTest(text):
                answer = self.command("note", text=text)
                self.assertEqual(answer.status, 200, answer.text)
                self.assertEqual(self.daemon.events(self.held)[-1]["text"], text)
                raw = json.dumps({"text": text}, ensure_ascii=False).encode()
                self.assertEqual(self.daemon.post(f"/v1/holds/{self.held}/note", raw=raw).status, 200)
                self.assertEqual(self.daemon.events(self.held)[-1]["text"], text)


class Values(JsonCase):
    def test_lengths_are_bytes(self):
        longest = {"booking": "é" * 32, "ice_office": "é" * 32}
        hold = self.daemon.create(longest["booking"], ice_office=longest["ice_office"])
        self.assertEqual({name: hold[name] for name in longest}, longest)
        for field, size in (("booking", 64), ("facility", 32), ("ice_office", 64)):
            for text in ("x" * (size + 1), "é" * (size // 2) + "x", "x" * 20000):
                with self.subTest(field=field, length=len(text.encode())):
                    answer = self.request_hold(**{field: text})
                    self.assertProblem(answer, 400, "invalid-value", field)

    def test_lengths_in_commands(self):
        self.assertEqual(self.command("note", text="x" * 2048).status, 200)
        self.assertProblem(self.command("note", text="x" * 2049), 400, "invalid-value", "text")
        hold = self.daemon.create(self.booking())["id"]
        path = f"/v1/holds/{hold}/cancel"
        self.assertProblem(self.daemon.post(path, {"reason": "x" * 513}), 400, "invalid-value",
                           "reason")
        self.assertEqual(self.daemon.post(path, {"reason": "x" * 512}).status, 200)
        self.assertEqual(self.daemon.events(hold)[-1]["reason"], "x" * 512)

    def test_empty_texts(self):
        self.assertProblem(self.request_hold(booking=""), 400, "invalid-value", "booking")
        self.assertProblem(self.request_hold(facility=""), 400, "invalid-value", "facility")
        self.assertProblem(self.command("note", text=""), 400, "invalid-value", "text")
        self.assertProblem(self.command("correct", eligible_at=ago(), reason=""), 400,
                           "invalid-value", "reason")

    def test_control_characters(self):
        for bad in ("\b", "\r", "\x1b[2J", "\x7f"):
            with self.subTest(bad):
                self.assertProblem(self.request_hold(booking=bad), 400, "invalid-value", "booking")
                self.assertProblem(self.command("note", text=bad), 400, "invalid-value", "text")
        self.assertProblem(self.request_hold(booking="B\n"), 400, "invalid-value", "booking")

    def test_times(self):
        wrong = ("2026-01-01T00:00:00", "2026-01-01", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z",
                 "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
                 "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+0100", "2026-01-01T00:00Z",
                 "20260101T000000Z", "0000-01-01T00:00:00Z", "2026-01-01T00:00:00.Z", "now", "",
                 "2026-01-01T00:00:00Z ", " 2026-01-01T00:00:00Z", "1767225600", "2026-1-1T0:0:0Z")
        for text in wrong:
            for field in ("received_at", "issued_at", "booked_at"):
                with self.subTest(field=field, text=text):
                    self.assertProblem(self.request_hold(**{field: text}), 400, "invalid-value", field)

    def test_a_time_without_offset_says_so(self):
        problem = self.request_hold(received_at="2025-01-01T00:00:00").json
        self.assertIn("offset", problem["detail"])

    def test_names_outside_the_list(self):
        for field, value in (("form", "I-247N"), ("form", "i-247a"), ("ice_warrant", "I-213"),
                             ("form", "")):
            with self.subTest(field=field, value=value):
                self.assertProblem(self.request_hold(**{field: value}), 400, "invalid-value", field)


if __name__ == "__main__":
    unittest.main()
