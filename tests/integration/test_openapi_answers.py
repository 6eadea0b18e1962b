# SPDX-License-Identifier: ISC
"""Every answer that schema/openapi.json describes, of every call, brought about on a running daemon.

The document says which answers there are; here is how each comes about. One that is added there and cannot be
brought about fails, and so does one that comes and is not described.
"""

import pathlib
import unittest
import urllib.parse

import contract
import harness
from openapi import LINES_TYPE, nullable
from openapi_case import OpenApiCase, brought_to_now, described, first_instant, needed, outcome
from openapi_values import is_instant

WHATEVER_IS_ASKED = (403, 429, 503)
TOO_LONG = b" " * 70_000
NO_HOLD, NO_POLICY = 999_999, "nowhere"


def members(call):
    return call.body["properties"] if call.body else {}


def has_body(call):
    return call.body is not None


def has_time(call):
    return any(is_instant(nullable(part)[1]) for part in members(call).values())


def headers_of(call):
    return {parameter.name for parameter in call.parameters_in("header")}


def is_command(call):
    return call.method == "POST" and call.path.startswith("/v1/holds")


def has_facility(call):
    return "facility" in members(call) or any(name == "facility" for name, _ in needed(call))


class Answers(OpenApiCase):
    """A method for each thing that can become of a request, and below which calls it can become of."""

    def succeeds(self, call):
        return self.send(call, needed(call), self.example(call), **self.parts_for(call))

    def unknown_parameter(self, call):
        return self.send(call, [("nonsense", "1")])

    def invalid_parameter(self, call):
        return self.send(call, f"{call.parameters_in('query')[0].name}=%00")

    def with_headers(self, call, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send(call, needed(call), self.example(call), headers=headers, **self.parts_for(call))

    def invalid_header(self, call):
        answers = [self.send(call, headers={name: "two words"}) for name in headers_of(call)]
        self.assertEqual({outcome(answer) for answer in answers}, {(400, "invalid-header")})
        return answers[0]

    def not_modified(self, call):
        return self.with_headers(call, If_None_Match="*")

    def precondition_failed(self, call):
        return self.with_headers(call, If_Match='"none"')

    def idempotency_key_reused(self, call):
        """Each time it is about another hold, or other moments."""
        key = f"openapi-{call.id}"
        self.assertIn(self.with_headers(call, Idempotency_Key=key).status, (200, 201))
        return self.with_headers(call, Idempotency_Key=key)

    def malformed_json(self, call):
        return self.send(call, raw=b"{")

    def duplicate_field(self, call):
        return self.send(call, raw=b'{"at": 1, "at": 1}')

    def unknown_field(self, call):
        return self.send(call, body={"nonsense": 1})

    def missing_field(self, call):
        return self.send(call, body={})

    def wrong_type(self, call):
        return self.send(call, raw=b"[]")

    def invalid_value(self, call):
        return self.send(call, body=self.example(call) | {first_instant(call): "yesterday"})

    def not_found(self, call):
        return self.send(call, body=self.example(call), id=NO_HOLD, name=NO_POLICY)

    def illegal_transition(self, call):
        hold = self.daemon.create(self.booking(), "DECLINE")
        return self.send(call, body=self.example(call), id=hold["id"])

    def too_large(self, call):
        return self.send(call, raw=TOO_LONG)

    def unsupported_media_type(self, call):
        return self.send(call, raw=b"{}", headers={"Content-Type": "text/plain"})

    def at_another_time(self, call, instant):
        body = self.example(call) | {first_instant(call): instant}
        return self.send(call, body=body, **self.parts_for(call))

    def time_in_future(self, call):
        return self.at_another_time(call, "9999-01-01T00:00:00Z")

    def time_order(self, call):
        if call.id == "request":  # of which the first moment follows nothing
            return self.send(call, body=self.example(call) | {"received_at": "0001-01-01T00:00:00Z"})
        return self.at_another_time(call, "0001-01-01T00:00:00Z")

    def unknown_facility(self, call):
        if call.body:
            return self.send(call, body=self.example(call) | {"facility": "NOWHERE"})
        return self.send(call, dict(needed(call)) | {"facility": "NOWHERE"})

    def unknown_hold(self, call):
        return self.send(call, body=self.example(call) | {"replaces": NO_HOLD})

    def invalid_configuration(self, call):
        good = pathlib.Path(self.daemon.conf).read_text()
        self.daemon.write_conf(facilities='facility "X" { zone = "Nowhere" }')
        try:
            return self.send(call)
        finally:
            pathlib.Path(self.daemon.conf).write_text(good)

    WAYS = (
        (succeeds, lambda call: True),
        (unknown_parameter, lambda call: True),
        (invalid_parameter, lambda call: call.parameters_in("query")),
        (invalid_header, headers_of),
        (not_modified, lambda call: "If-None-Match" in headers_of(call)),
        (precondition_failed, lambda call: "If-Match" in headers_of(call)),
        (idempotency_key_reused, is_command),
        (malformed_json, has_body),
        (duplicate_field, has_body),
        (unknown_field, has_body),
        (missing_field, has_body),
        (wrong_type, has_body),
        (invalid_value, has_time),
        (not_found, lambda call: call.parameters_in("path")),
        (illegal_transition, lambda call: "{id}/" in call.path),
        (too_large, lambda call: call.body_type != LINES_TYPE),
        (unsupported_media_type, lambda call: call.body_type),
        (time_in_future, has_time),
        (time_order, has_time),
        (unknown_facility, has_facility),
        (unknown_hold, lambda call: "replaces" in members(call)),
        (invalid_configuration, lambda call: call.id == "reload"),
    )

    def test_what_comes_about_is_what_is_described(self):
        """But for what does not depend on the request."""
        for call in self.api.calls.values():
            seen = set()
            for way in (way for way, applies in self.WAYS if applies(call)):
                with self.subTest(call.id, way=way.__name__):
                    answer = way(self, call)
                    seen.add(outcome(answer))
                    self.assertLooksLikeItsExample(call, answer)
            with self.subTest(call.id):
                self.assertEqual(seen, {(status, kind) for status, kind in described(call)
                                        if status not in WHATEVER_IS_ASKED})

    def assertLooksLikeItsExample(self, call, answer):
        status, kind = outcome(answer)
        if kind:
            example = call.responses[status].examples[kind]
            self.assertEqual({name: answer.json[name] for name in ("type", "title", "status")},
                             {name: example[name] for name in ("type", "title", "status")})

    def test_examples_of_bodies_are_carried_out(self):
        for call in self.api.calls.values():
            for name, example in call.examples.items():
                with self.subTest(call.id, example=name):
                    answer = self.send(call, body=brought_to_now(example), **self.parts_for(call))
                    self.assertIn(answer.status, (200, 201), answer.text)

    def type_for(self, call, accepted):
        """The type of what a call answers, of which the body may have no end."""
        connection = self.daemon.connection()
        self.addCleanup(connection.close)
        target = f"{call.address(**self.parts_for(call))}?{urllib.parse.urlencode(needed(call))}"
        connection.request(call.method, target, headers={"Accept": accepted})
        return connection.getresponse().headers.get_content_type()

    def test_each_type_can_be_asked_for(self):
        for call in self.api.calls.values():
            for media_type in call.responses[200].media if call.method == "GET" else ():
                with self.subTest(call.id, media_type=media_type):
                    self.assertEqual(self.type_for(call, media_type), media_type)

    def test_head_is_answered_like_get(self):
        for call in self.api.calls.values():
            if call.method == "GET":
                with self.subTest(call.id):
                    target = call.address(**self.parts_for(call))
                    get, head = (self.daemon.request(method, target) for method in ("GET", "HEAD"))
                    self.assertEqual((head.status, head.data), (get.status, b""))
                    self.assertEqual(head.headers.get_content_type(), get.headers.get_content_type())

    def test_other_methods_are_not(self):
        for path in self.api.document["paths"]:
            calls = {call.method: call for call in self.api.calls.values() if call.path == path}
            address = next(iter(calls.values())).address()
            for method in {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"} - calls.keys():
                with self.subTest(f"{method} {path}"):
                    answer = self.daemon.request(method, address)
                    self.assertProblem(answer, 405, "method-not-allowed")
                    told = set(answer.headers["Allow"].split(", "))
                    self.assertEqual(told, calls.keys() | ({"HEAD"} if "GET" in calls else set()))

    def test_what_is_elsewhere(self):
        self.assertProblem(self.daemon.get("/v1/nowhere"), 404, "not-found")
        self.assertProblem(self.daemon.request("POST", "/nowhere", raw=TOO_LONG), 404, "not-found")
        long = self.daemon.connect()
        self.addCleanup(long.close)
        long.sendall(b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
        answer = harness.read_answer(long)
        contract.check("POST", "/nowhere", answer)
        self.assertEqual(outcome(answer), (413, "too-large"))

    def test_it_is_served_as_it_was_built_in(self):
        answer = self.daemon.get("/openapi.json")
        self.assertEqual(answer.json, self.api.document)
        self.assertEqual(answer.headers.get_content_type(), "application/json")

    def test_calls_are_those_that_the_daemon_lists(self):
        listed = self.daemon.get("/v1/").json["calls"]
        self.assertEqual({(call["method"], call["path"]): call["roles"] for call in listed},
                         {(call.method, call.path): call.roles for call in self.api.calls.values()})

    def test_members_of_bodies_are_those_that_the_daemon_lists(self):
        for call in self.api.calls.values():
            if call.body and call.body["properties"]:
                detail = self.unknown_field(call).json["detail"]
                self.assertEqual(detail.partition("it takes ")[2].split(", "), list(call.body["properties"]), call.id)


if __name__ == "__main__":
    unittest.main()
