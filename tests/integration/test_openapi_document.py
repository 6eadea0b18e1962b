# SPDX-License-Identifier: ISC
"""schema/openapi.json by itself: that it is OpenAPI 3.1, hangs together, and that its examples are what it says.

tests/unit/test_openapi_* hold it against the tables of the source, the other test_openapi_* against a daemon.
"""

import collections
import json
import re
import unittest

import jsonschema

import openapi
import openapi_layout

# What schemas may say. A keyword that is misspelt would demand nothing.
KEYWORDS = {"$ref", "type", "enum", "const", "format", "pattern", "minLength", "maxLength", "minimum", "maximum",
            "minItems", "maxItems", "items", "properties", "required", "additionalProperties",
            "unevaluatedProperties", "dependentRequired", "anyOf", "if", "then", "not", "description", "default",
            "x-personal"}
API_PAGE = openapi.FILE.parents[1] / "docs" / "API.md"


def walk(node, path=()):
    """Every object in a document, and where it is."""
    if isinstance(node, dict):
        yield path, node
    if isinstance(node, (dict, list)):
        for name, part in node.items() if isinstance(node, dict) else enumerate(node):
            yield from walk(part, (*path, name))


def is_example(path):
    """Whether a place lies in what an example shows, where nothing means what it looks like."""
    return any(step == "example" or (step == "value" and "examples" in path[:i]) for i, step in enumerate(path))


def schemas_in(schema, path):
    """A schema, and those it is made of."""
    yield path, schema
    for keyword in ("items", "if", "then", "not"):
        if keyword in schema:
            yield from schemas_in(schema[keyword], (*path, keyword))
    for name, part in schema.get("properties", {}).items():
        yield from schemas_in(part, (*path, name))
    for part in schema.get("anyOf", ()):
        yield from schemas_in(part, (*path, "anyOf"))


class Document(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = openapi.FILE.read_text()
        cls.document = json.loads(cls.text)
        cls.api = openapi.Api(cls.document)
        cls.nodes = [(path, node) for path, node in walk(cls.document) if not is_example(path)]

    def schemas(self):
        """Every schema, wherever it stands."""
        for name, schema in self.document["components"]["schemas"].items():
            yield from schemas_in(schema, ("components", name))
        for path, node in self.nodes:
            for name in ("schema", "x-lines"):
                if isinstance(node.get(name), dict):
                    yield from schemas_in(node[name], path)

    def complaint(self, schema, value):
        """What the document's own schema, references and all, says of a value."""
        resolver = jsonschema.RefResolver("", self.document)
        return openapi.complaint(jsonschema.Draft202012Validator(schema, resolver=resolver), value)

    # -- what it is --

    def test_is_openapi(self):
        form = json.loads(openapi.FILE.parents[1].joinpath("tests/integration/openapi-3.1.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(form)
        for error in openapi.validator(form).iter_errors(self.document):
            with self.subTest(".".join(map(str, error.absolute_path))):
                self.fail(error.message)

    def test_misspelt_fields_are_seen(self):
        form = json.loads(openapi.FILE.parents[1].joinpath("tests/integration/openapi-3.1.schema.json").read_text())
        for path in (("paths", "/v1/holds", "get"), ("info",), ("components", "responses", "Hold"), ("tags", 0)):
            with self.subTest(path):
                spoilt = json.loads(self.text)
                node = spoilt
                for step in path:
                    node = node[step]
                node["descriptoin"] = "x"
                self.assertFalse(openapi.validator(form).is_valid(spoilt))

    def test_is_laid_out(self):
        self.assertEqual(self.text, openapi_layout.layout(self.document),
                         "tests/integration/openapi_layout.py lays it out")

    def test_components_are_in_order(self):
        for group in ("schemas", "parameters", "headers", "responses"):
            names = list(self.document["components"][group])
            self.assertEqual(names, sorted(names))

    # -- that it hangs together --

    def test_references_lead_somewhere_and_everything_is_referred_to(self):
        used = collections.Counter(node["$ref"] for _, node in self.nodes if "$ref" in node)
        for reference in used:
            with self.subTest(reference):
                openapi.lookup(self.document, reference)
        for group, members in self.document["components"].items():
            for name in members:
                self.assertIn(f"#/components/{group}/{name}", used)

    def test_names_are_given_once(self):
        operations = [node["operationId"] for _, node in self.nodes if "operationId" in node]
        self.assertEqual(len(operations), len(set(operations)))
        self.assertEqual(len(operations), len(self.api.calls))

    def test_tags(self):
        used = {tag for _, node in self.nodes if "operationId" in node for tag in node["tags"]}
        self.assertEqual(used, {tag["name"] for tag in self.document["tags"]})

    # -- its schemas --

    def test_schemas_say_what_we_know(self):
        for path, schema in self.schemas():
            with self.subTest(path):
                self.assertEqual(schema.keys() - KEYWORDS, set())
                if "required" in schema:
                    members = openapi.whole(self.document, schema).get("properties", {})
                    free = schema.get("additionalProperties") is True or path[-1] == "then"
                    self.assertTrue(free or set(schema["required"]) <= members.keys(), schema["required"])

    def test_bodies_of_requests_take_nothing_else(self):
        for call in self.api.calls.values():
            for path, schema in schemas_in(call.body, (call.id,)) if call.body else ():
                if "properties" in schema:
                    self.assertIs(schema.get("additionalProperties"), False, path)

    def test_answers_may_get_more_members(self):
        for path, schema in self.schemas():
            if "responses" in path and "properties" in schema:
                self.assertNotIn("additionalProperties", schema, path)

    def test_what_answers_do_not_list_is_seen(self):
        """The validators of tests are stricter than the document."""
        for call in self.api.calls.values():
            for response in call.responses.values():
                for media, schema in response.media.items():
                    example = next(iter(response.examples.values()))
                    if schema.get("additionalProperties") is True or media not in openapi.JSON_TYPES:
                        continue
                    with self.subTest(call.id, status=response.status):
                        self.assertIsNone(openapi.complaint(openapi.validator(schema), example))
                        self.assertIsNotNone(openapi.complaint(openapi.validator(schema), example | {"more": 1}))

    # -- its examples --

    def test_examples_are_what_their_schemas_say(self):
        count = 0
        for path, node in self.nodes:
            for name, example in openapi.examples_of(self.document, node if "schema" in node else {}).items():
                with self.subTest(path, example=name):
                    self.assertIsNone(self.complaint(node["schema"], example))
                    for line in example.splitlines() if "x-lines" in node else ():
                        self.assertIsNone(self.complaint(node["x-lines"], json.loads(line)))
                    count += 1
        self.assertGreater(count, 50)

    def test_problems_have_an_example_of_each_kind(self):
        for call in self.api.calls.values():
            for response in [*call.responses.values(), *self.api.elsewhere.values()]:
                if response.kinds:
                    with self.subTest(call.id, status=response.status):
                        self.assertEqual(list(response.examples), list(response.kinds))
                        self.assertEqual([value["kind"] for value in response.examples.values()],
                                         list(response.kinds))

    # -- the page for people --

    def test_the_page_for_people_has_all_calls_parameters_and_problems(self):
        page = API_PAGE.read_text()
        words = set(re.findall(r"`([^`]+)`", page))
        for call in self.api.calls.values():
            command = call.path.removeprefix("/v1/holds/{id}/")
            with self.subTest(call.id):
                self.assertTrue(f"{call.method} {call.path}" in words or command in words)
                self.assertEqual([p.name for p in call.parameters if p.place == "query" and p.name not in words], [])
                self.assertEqual([name for name in (call.body or {}).get("properties", {})
                                  if not re.search(rf"`{name}`", page)], [])
        self.assertEqual(set(self.document["components"]["schemas"]["ProblemKind"]["enum"]) - words, set())

    def test_the_page_for_people_has_all_members_of_answers(self):
        page = API_PAGE.read_text()
        for name in ("Hold", "Event", "About", "Policy", "Deadline", "Ruling", "Reading", "Facts"):
            members = self.document["components"]["schemas"][name]["properties"]
            with self.subTest(name):
                self.assertEqual([member for member in members if not re.search(rf'["`]{member}["`]', page)], [])


if __name__ == "__main__":
    unittest.main()
