# SPDX-License-Identifier: ISC
"""Values made from schemas: good ones by chance, and bad ones of every sort, each with what it must be told.

The schemas are whole (openapi.py). The same seed makes the same values.
"""

import dataclasses
import datetime
import json
import random
import re

from openapi import nullable
from timing import now, rfc3339

LETTERS = "abcXYZ0189 -_./:;'\"\\<>&%+é漢🛂"

WRONG_INSTANTS = (
    "", " ", "now", "yesterday", "2026-11-24", "18:00:00Z", "2026-11-24T18:00:00", "2026-11-24T18:00Z", "1795543200",
    "2026-11-24T18:00:00 Z", " 2026-11-24T18:00:00Z", "2026-11-24T18:00:00Z ", "2026-11-24T18:00:00+0800",
    "2026-11-24T18:00:00+8:00", "2026-11-24T18:00:00+24:00", "2026-11-24T18:00:00-08:60", "2026-11-24T24:00:00Z",
    "2026-11-24T18:60:00Z", "2026-11-24T18:00:60Z", "2026-13-24T18:00:00Z", "2026-00-24T18:00:00Z",
    "2026-11-31T18:00:00Z", "2026-11-00T18:00:00Z", "2026-02-29T18:00:00Z", "0000-01-01T00:00:00Z",
    "20261124T180000Z", "26-11-24T18:00:00Z", "2026-11-24T18:00:00.Z", "2026-11-24T18:00:00,5Z",
    "2026-11-24T18:00:00Zulu", "+2026-11-24T18:00:00Z", "2026-11-24T18:00:00\u22128:00", "２026-11-24T18:00:00Z")
WRONG_NUMBERS = ("", " ", "x", "1.5", "1e3", "+1", " 1", "1 ", "0x10", "1,000", "٣")
WRONG_TYPES = (None, True, 7, 1.5, "text", ["text"], {"a": 1})


@dataclasses.dataclass(frozen=True)
class Fault:
    """A request that must be refused: `value` is a body, or the text of a parameter."""
    value: object
    kind: str
    field: str
    what: str  # in words, for messages


def is_instant(schema):
    return schema.get("format") == "date-time"


def size_of(text):
    return len(text.encode())


# ---- good ones -----------------------------------------------------------------------------------

class Chance:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self, schema):
        """Of a length, in bytes, from the least to the most, with both more often than others."""
        least, most = schema.get("minLength", 0), schema.get("maxLength", 80)
        size = self.random.choice((least, most, self.random.randint(least, most)))
        letters = LETTERS + ("\t\n" if re.match(schema.get("pattern", ""), "\t") else "")
        text = ""
        while size_of(text) < size:
            letter = self.random.choice(letters)
            text += letter if size_of(text + letter) <= size else "x"
        return text

    def instant(self):
        """In the last hour, mostly, in any of the ways to write it."""
        at = now() - datetime.timedelta(microseconds=self.random.randrange(3_600_000_000))
        zone = datetime.timezone(datetime.timedelta(minutes=self.random.randrange(-1439, 1440)))
        text = self.random.choice((rfc3339(at), at.astimezone(zone).isoformat()))
        return text.replace("T", self.random.choice("Tt "))

    def integer(self, schema):
        least, most = schema["minimum"], schema["maximum"]
        return self.random.choice((least, least + 1, most, self.random.randint(least, most)))

    def object(self, schema):
        required = schema.get("required", ())
        return {name: self.value(part) for name, part in schema["properties"].items()
                if name in required or self.random.random() < 0.5}

    def array(self, schema):
        return [self.value(schema["items"]) for _ in range(self.random.randint(schema["minItems"], 3))]

    def value(self, schema):
        may_be_null, schema = nullable(schema)
        if may_be_null and self.random.random() < 0.2:
            return None
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        if is_instant(schema):
            return self.instant()
        made = {"object": self.object, "array": self.array, "string": self.text, "integer": self.integer}
        return made[schema["type"]](schema) if schema["type"] in made else self.random.random() < 0.5

    # ---- and what looks good --------------------------------------------------------------------

    def misspelt(self, name):
        """A name that is nearly another."""
        at = self.random.randrange(len(name))
        return self.random.choice((name[:at] + name[at + 1:], name + "x", name[:at] + "_" + name[at:], name.upper()))

    def spoilt(self, text):
        """A text with one letter changed, lost or doubled."""
        at = self.random.randrange(len(text))
        return text[:at] + self.random.choice(("", text[at] * 2, self.random.choice("xZ:-+. 0"))) + text[at + 1:]


# ---- bad ones ------------------------------------------------------------------------------------

def wrong_types(schema):
    may_be_null, schema = nullable(schema)
    fits = {"string": str, "integer": int, "boolean": bool, "object": dict}[schema["type"]]
    return [value for value in WRONG_TYPES if type(value) is not fits and not (value is None and may_be_null)]


def wrong_texts(schema, chance):
    """Strings that break what a schema of strings demands; from a parameter or a member."""
    if "enum" in schema:
        return [text for text in ("", "x", *(chance.misspelt(name) for name in schema["enum"]))
                if text not in schema["enum"]]
    if is_instant(schema):
        good = [chance.instant() for _ in range(20)]
        return [*WRONG_INSTANTS, *(text for text in map(chance.spoilt, good) if not re.search(schema["pattern"], text))]
    found = [""] if schema.get("minLength") else []
    if "maxLength" in schema:
        found += ["x" * (schema["maxLength"] + 1), "é" * (schema["maxLength"] // 2) + "x" * (schema["maxLength"] % 2 + 1)]
    return found


def wrong_integers(schema):
    return [schema["minimum"] - 1, schema["maximum"] + 1, -(2 ** 63), 2 ** 63 - 1]


def control_characters(schema):
    """Texts that hold one, of those that the pattern forbids."""
    found = [f"a{letter}b" for letter in map(chr, (*range(1, 0x20), 0x7f))]
    return [text for text in found if not re.search(schema["pattern"], text)] if "pattern" in schema else []


def bad_values(schema, chance):
    """Values for a member, with the kind of problem that each is."""
    _, plain = nullable(schema)
    found = [(value, "wrong-type") for value in wrong_types(schema)]
    if plain["type"] == "string":
        found += [(text, "invalid-value") for text in wrong_texts(plain, chance)]
        if not is_instant(plain) and "enum" not in plain:
            found += [(text, "invalid-value") for text in control_characters(plain)]
    if plain["type"] == "integer":
        found += [(number, "invalid-value") for number in wrong_integers(plain)]
        found += [(number, "malformed-json") for number in (2 ** 63, -(2 ** 63) - 1)]
    return found


def repeated(body, name):
    """The JSON of a body in which one member stands twice."""
    return (json.dumps(body)[:-1] + f', "{name}": {json.dumps(body[name])}}}').encode()


def object_faults(schema, chance, place="", wrap=lambda value: value):
    """Faults of an object: members too many, too few, twice, and each with bad values; then those of objects in
    it. `place` stands before the names of its members, and `wrap` makes a body of such an object."""
    names = list(schema["properties"])
    for name in ("nonsense", *(chance.misspelt(name) for name in names)):
        if name not in names:
            yield Fault(wrap(chance.object(schema) | {name: 1}), "unknown-field", place + name, "a member too many")
    for name in schema.get("required", ()):
        without = {key: value for key, value in chance.object(schema).items() if key != name}
        yield Fault(wrap(without), "missing-field", place + name, "a member too few")
    for name, part in schema["properties"].items():
        if not place:
            yield Fault(repeated(chance.object(schema) | {name: chance.value(part)}, name), "duplicate-field", name,
                        "a member twice")
        for value, kind in bad_values(part, chance):
            at = place.rstrip(".") or name if kind == "malformed-json" else place + name  # JSON's grammar knows no facts
            yield Fault(wrap(chance.object(schema) | {name: value}), kind, at, f"{value!r}")
        if nullable(part)[1]["type"] == "object":
            yield from object_faults(part, chance, f"{name}.",
                                     lambda value, name=name: wrap(chance.object(schema) | {name: value}))


def body_faults(schema, chance):
    """Everything that can be wrong with a body."""
    yield from object_faults(schema, chance)
    for raw in (b"[]", b"[{}]"):
        yield Fault(raw, "wrong-type", None, "no object")
    for raw in (b"{", b"}", b"{}{}", b"nonsense", b"{\"a\":}", b"\xff", b"{\"a\":\"\xff\"}", b"{\"a\":\"\\u0000\"}",
                b"{\"a\":1e999}", b"null", b"7", b"\"text\"", b"\0"):
        yield Fault(raw, "malformed-json", None, "no JSON object")


def as_parameter(value):
    """A value as it stands in an address."""
    return ",".join(value) if isinstance(value, list) else str(value)


def wrong_parameters(schema, chance):
    """Texts that break what a schema demands of a parameter."""
    if schema["type"] == "array":
        good = chance.value(schema["items"])
        wrong = wrong_parameters(schema["items"], chance)
        return [*wrong, *(f"{good},{text}" for text in wrong), f",{good}", f"{good},,{good}", f"{good} {good}"]
    if schema["type"] == "integer":
        return [*WRONG_NUMBERS, *map(str, wrong_integers(schema))]
    if "pattern" in schema and not is_instant(schema):  # a cursor
        return ["", "x", "h1_", "h1_x", "h1_ 1", "h1_01", "h1_" + "f" * 17, "H1_1", "h1_1 "]
    return wrong_texts(schema, chance)


def parameter_faults(parameter, chance):
    """Texts that a parameter may not have."""
    texts = wrong_parameters(parameter.schema, chance)
    return [Fault(text, "invalid-parameter", parameter.name, f"{text!r}") for text in texts]
