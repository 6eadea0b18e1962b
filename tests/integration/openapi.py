# SPDX-License-Identifier: ISC
"""schema/openapi.json as tests read it: its calls, and its schemas made whole.

A schema that refers to others is made into one that does not, which is quicker to validate by and can be
walked. One for answers also refuses members that it does not list: clients ignore those, tests do not.
"""

import dataclasses
import json
import pathlib
import re

import jsonschema

FILE = pathlib.Path(__file__).resolve().parents[2] / "schema" / "openapi.json"
METHODS = ("get", "post")  # that a path may have
JSON_TYPES = ("application/json", "application/problem+json")
LINES_TYPE = "application/x-ndjson"  # whose lines are described by `x-lines`


# ---- references ----------------------------------------------------------------------------------

def lookup(document, pointer):
    """What a `$ref` within the document points at."""
    node = document
    for step in pointer.removeprefix("#/").split("/"):
        node = node[step.replace("~1", "/").replace("~0", "~")]
    return node


def follow(document, node):
    """A response, a parameter, a header or an example, wherever it stands."""
    return lookup(document, node["$ref"]) if "$ref" in node else node


def both(one, other):
    """The schema that demands what two demand of one value."""
    merged = dict(one)
    for keyword, demand in other.items():
        if keyword == "properties" and keyword in one:
            shared = {name: both(one[keyword][name], demand[name]) for name in one[keyword].keys() & demand.keys()}
            merged[keyword] = one[keyword] | demand | shared
        elif keyword == "required" and keyword in one:
            merged[keyword] = one[keyword] + [name for name in demand if name not in one[keyword]]
        elif keyword == "enum" and keyword in one:
            merged[keyword] = [value for value in demand if value in one[keyword]]
        elif keyword == "pattern" and keyword in one:
            merged[keyword] = f"(?={one[keyword]}){demand}"
        else:
            merged[keyword] = demand  # of bounds the nearer one, which is the narrower
    return merged


def whole(document, schema):
    """The same schema without references."""
    made = {}
    for keyword, value in schema.items():
        if keyword == "properties":
            made[keyword] = {name: whole(document, part) for name, part in value.items()}
        elif keyword in ("items", "if", "then", "not"):
            made[keyword] = whole(document, value)
        elif keyword == "anyOf":
            made[keyword] = [whole(document, part) for part in value]
        elif keyword != "$ref":
            made[keyword] = value
    if "$ref" in schema:
        made = both(whole(document, lookup(document, schema["$ref"])), made)
    if made.get("unevaluatedProperties") is False:
        made["additionalProperties"] = made.pop("unevaluatedProperties")  # nothing is left that it evaluates
    return made


def closed(schema):
    """The same whole schema, for objects that have only members which it lists."""
    made = dict(schema)
    if "properties" in schema:
        made["properties"] = {name: closed(part) for name, part in schema["properties"].items()}
        made.setdefault("additionalProperties", False)
    if "items" in schema:
        made["items"] = closed(schema["items"])
    if "anyOf" in schema:
        made["anyOf"] = [closed(part) for part in schema["anyOf"]]
    return made


def nullable(schema):
    """Whether null will do, and the schema of what else will."""
    if "anyOf" in schema:
        return True, {key: value for key, value in schema.items() if key != "anyOf"} | schema["anyOf"][0]
    if isinstance(schema.get("type"), list):
        return True, schema | {"type": schema["type"][0]}
    return False, schema


# ---- calls ---------------------------------------------------------------------------------------

@dataclasses.dataclass(frozen=True)
class Parameter:
    name: str
    place: str  # path, query or header
    required: bool
    schema: dict
    example: object = None


@dataclasses.dataclass(frozen=True)
class Response:
    """What a call may answer. `kinds` are those of problems, empty where it is none."""
    status: int
    headers: dict  # name to (required, schema)
    media: dict  # type to schema, closed; empty where there is no body
    kinds: tuple
    examples: dict  # name to value


@dataclasses.dataclass(frozen=True)
class Call:
    id: str
    method: str
    path: str
    parameters: tuple
    body_type: str  # None where there is no body
    body: dict  # its schema, None where it is not JSON
    examples: dict  # of the body, name to value; a text where it is not JSON
    responses: dict  # status to Response
    roles: list  # that may make it

    def parameters_in(self, place):
        return [parameter for parameter in self.parameters if parameter.place == place]

    def address(self, **parts):
        """The path, with what stands for its parts in braces."""
        return self.path.format(**({p.name: p.example for p in self.parameters_in("path")} | parts))


def examples_of(document, media):
    if "example" in media:
        return {"example": media["example"]}
    return {name: follow(document, example)["value"] for name, example in media.get("examples", {}).items()}


def media_schema(document, media):
    """What the body, or a line of it, is like."""
    return whole(document, media.get("x-lines", media["schema"]))


def read_response(document, status, node):
    node = follow(document, node)
    headers = {name: follow(document, header) for name, header in node.get("headers", {}).items()}
    content = node.get("content", {})
    media = {kind: media_schema(document, one) for kind, one in content.items()}
    problem = media.get("application/problem+json", {})
    examples = {}
    for one in content.values():
        examples |= examples_of(document, one)
    return Response(int(status), {name: (header.get("required", False), whole(document, header["schema"]))
                                  for name, header in headers.items()},
                    {kind: closed(schema) for kind, schema in media.items()},
                    tuple(problem["properties"]["kind"]["enum"]) if problem else (), examples)


def read_responses(document, node):
    return {int(status): read_response(document, status, one) for status, one in node.items()}


def read_call(document, path, method, node):
    parameters = [follow(document, parameter) for parameter in node.get("parameters", ())]
    content = node.get("requestBody", {}).get("content", {})
    body_type = next(iter(content), None)
    return Call(node["operationId"], method.upper(), path,
                tuple(Parameter(p["name"], p["in"], p.get("required", False), whole(document, p["schema"]),
                                p.get("example")) for p in parameters),
                body_type, whole(document, content[body_type]["schema"]) if body_type in JSON_TYPES else None,
                examples_of(document, content.get(body_type, {})),
                read_responses(document, node["responses"]), node["x-roles"])


class Api:
    """All calls, and what a request gets that is none of them."""

    def __init__(self, document):
        self.document = document
        self.calls = {}
        for path, item in document["paths"].items():
            for method in METHODS:
                if method in item:
                    call = read_call(document, path, method, item[method])
                    self.calls[call.id] = call
        self.elsewhere = read_responses(document, document["x-elsewhere"])
        self._by_address = sorted(  # of two that match, the one with fewer braces
            ((path.count("{"), re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path) for path in document["paths"]),
            key=lambda row: row[0])

    def find(self, method, target):
        """The call that a request line means, or None."""
        address = target.partition("?")[0]
        method = "GET" if method == "HEAD" else method
        for _, pattern, path in self._by_address:
            if pattern.fullmatch(address):
                return next((c for c in self.calls.values() if (c.method, c.path) == (method, path)), None)
        return None


def load():
    return Api(json.loads(FILE.read_text()))


def validator(schema):
    """A validator of JSON Schema 2020-12, which is OpenAPI's dialect."""
    return jsonschema.Draft202012Validator(schema)


def complaint(schema_validator, value):
    """What is wrong with a value, in a line; None where nothing is."""
    error = jsonschema.exceptions.best_match(schema_validator.iter_errors(value))
    return error and f"{'.'.join(map(str, error.absolute_path)) or 'it'}: {error.message}"
