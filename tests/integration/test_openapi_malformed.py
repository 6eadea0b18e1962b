# SPDX-License-Identifier: ISC
"""Requests made from the schemas of schema/openapi.json: what breaks them is refused, by kind and by field, and
what keeps to them is not."""

import unittest
import urllib.parse

import harness
import openapi_values
from openapi_case import OpenApiCase, needed, seed

GOOD_ROUNDS = 40  # of each call
NOT_BY_CHANCE = ("wait", "cursor", "changed_after")  # which takes time, and whose values the daemon makes
FIELD_SIZE = 39  # what of a name a problem has room for


def encoded(text):
    return urllib.parse.quote(text, safe="")


class MalformedCase(OpenApiCase):
    def setUp(self):
        self.chance = openapi_values.Chance(seed())

    def assertRefused(self, answer, status, kind, field, what):
        self.assertEqual((answer.status, answer.json.get("kind")), (status, kind), f"{what}: {answer.text}")
        if field is not None:
            self.assertEqual(answer.json.get("field"), field[:FIELD_SIZE], f"{what}: {answer.text}")

    def calls(self, condition):
        found = [call for call in self.api.calls.values() if condition(call)]
        self.assertTrue(found)
        return found


class Malformed(MalformedCase):
    def setUp(self):
        super().setUp()
        self.last_seq = self.daemon.get("/v1/").json["last_seq"]

    def tearDown(self):
        """Nothing refused has been recorded."""
        self.assertEqual(self.daemon.get("/v1/").json["last_seq"], self.last_seq)

    def send_body(self, call, value):
        return self.send(call, raw=value) if isinstance(value, bytes) else self.send(call, body=value)

    def test_bodies(self):
        for call in self.calls(lambda call: call.body):
            count = 0
            for fault in openapi_values.body_faults(call.body, self.chance):
                with self.subTest(call.id, field=fault.field, kind=fault.kind, what=fault.what):
                    answer = self.send_body(call, fault.value)
                    self.assertRefused(answer, 400, fault.kind, fault.field, fault.value)
                count += 1
            print(f"{call.id}: {count} malformed bodies", flush=True)

    def test_parameters(self):
        for call in self.calls(lambda call: call.parameters_in("query")):
            for parameter in call.parameters_in("query"):
                others = [pair for pair in needed(call) if pair[0] != parameter.name]
                for fault in openapi_values.parameter_faults(parameter, self.chance):
                    with self.subTest(call.id, parameter=fault.field, value=fault.value):
                        answer = self.send(call, others + [(parameter.name, fault.value)])
                        self.assertRefused(answer, 400, fault.kind, fault.field, fault.value)

    def test_escapes_that_are_none(self):
        for call in self.calls(lambda call: call.parameters_in("query")):
            for parameter in call.parameters_in("query"):
                for text in ("%", "%4", "%zz", "a%00b", "x" * 600):
                    with self.subTest(call.id, parameter=parameter.name, text=text):
                        answer = self.send(call, f"{parameter.name}={text}")
                        self.assertRefused(answer, 400, "invalid-parameter", parameter.name, text)

    def test_parameters_that_are_none(self):
        for call in self.api.calls.values():
            known = [parameter.name for parameter in call.parameters_in("query")]
            for name in {"nonsense", *map(self.chance.misspelt, known)} - set(known):
                with self.subTest(call.id, name=name):
                    answer = self.send(call, [(name, "1")])
                    self.assertRefused(answer, 400, "unknown-parameter", name, name)

    def test_parameters_that_come_twice(self):
        for call in self.calls(lambda call: call.parameters_in("query")):
            for name in (parameter.name for parameter in call.parameters_in("query")):
                with self.subTest(call.id, name=name):
                    answer = self.send(call, [(name, "1"), (name, "1")])
                    self.assertRefused(answer, 400, "invalid-parameter", name, name)

    def test_parameters_that_are_missing(self):
        for call in self.calls(lambda call: any(p.required for p in call.parameters_in("query"))):
            for missing, _ in needed(call):
                with self.subTest(call.id, missing=missing):
                    answer = self.send(call, [pair for pair in needed(call) if pair[0] != missing])
                    self.assertRefused(answer, 400, "invalid-parameter", missing, missing)

    def test_addresses(self):
        wrong = {"id": ("0", "-1", "+1", "01", "1.0", "1e3", "x", "%31", "{id}", str(10 ** 18), "9" * 30),
                 "name": ("UPPER", "under_score", "a" * 41, "%61lways-honor", "{name}", "always-honor ", "é")}
        for call in self.calls(lambda call: call.parameters_in("path")):
            for parameter in call.parameters_in("path"):
                for text in wrong[parameter.name]:
                    with self.subTest(call.id, text=text):
                        answer = self.send(call, body=self.example(call),
                                           **{parameter.name: encoded(text).replace("%25", "%")})
                        self.assertRefused(answer, 404, "not-found", None, text)


class WellFormed(MalformedCase):
    """A schema that lets through what the daemon refuses would be found here."""

    def body_for(self, call, likely):
        """A body by chance; a likely one names no facility and no hold that there is not."""
        body = self.chance.object(call.body)
        if likely and "facility" in body:
            body["facility"] = "PIERCE"
        if likely:
            body.pop("replaces", None)
        return body

    def test_bodies(self):
        for call in self.calls(lambda call: call.body):
            statuses = []
            for round in range(GOOD_ROUNDS):
                body = self.body_for(call, likely=round % 2)
                with self.subTest(call.id, body=body):
                    answer = self.send(call, body=body, **self.parts_for(call))
                    self.assertIn(answer.status, (200, 201, 409, 422), f"{answer.text} for {body}")
                    statuses.append(answer.status)
            carried_out = statuses.count(200) + statuses.count(201)
            self.assertGreater(carried_out, 0, call.id)
            print(f"{call.id}: {carried_out} of {len(statuses)} were carried out", flush=True)

    def query_for(self, call):
        """Parameters by chance, of those that may be left out."""
        query = [(p.name, openapi_values.as_parameter(self.chance.value(p.schema)))
                 for p in call.parameters_in("query")
                 if p.name not in NOT_BY_CHANCE and not p.required and self.chance.value({"type": "boolean"})]
        return query + needed(call)

    def test_parameters(self):
        for call in self.calls(lambda call: call.parameters_in("query")):
            parts = self.parts_for(call)
            for _ in range(GOOD_ROUNDS):
                query = self.query_for(call)
                with self.subTest(call.id, query=query):
                    harness.expect(200, self.send(call, query, **parts))

    def test_a_body_may_be_left_out_where_nothing_is_needed(self):
        for call in self.calls(lambda call: call.body and not call.body.get("required")):
            with self.subTest(call.id):
                self.assertEqual(self.send(call, raw=b"", **self.parts_for(call)).status, 200)


if __name__ == "__main__":
    unittest.main()
