#!/usr/bin/python3 -B
# SPDX-License-Identifier: ISC
"""How schema/openapi.json is laid out: what fits stands on one line, and examples fill their lines.

Run as a program it lays the file out anew.
"""

import json
import pathlib

WIDTH = 100
FILE = pathlib.Path(__file__).resolve().parents[2] / "schema" / "openapi.json"
EXAMPLES = ("value", "example")  # what they hold is filled, not listed


def brackets(value):
    return "{}" if isinstance(value, dict) else "[]"


def members(value):
    """What stands before each member of an object or an array, and the member."""
    if isinstance(value, dict):
        return [(json.dumps(name, ensure_ascii=False) + ": ", name, member) for name, member in value.items()]
    return [("", None, member) for member in value]


def laid_out(value, room, indent=0, filled=False):
    """The text of a value, of which the first line has `room` and the others begin with `indent` blanks."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= room or not isinstance(value, (dict, list)):
        return text
    filled = filled or (isinstance(value, list) and not any(isinstance(v, (dict, list)) for v in value))
    margin = " " * (indent + 2)
    lines = []
    for head, name, member in members(value):
        entry = head + laid_out(member, WIDTH - indent - 3 - len(head), indent + 2, filled or name in EXAMPLES)
        beside = filled and lines and "\n" not in lines[-1] + entry
        if beside and len(margin + lines[-1]) + 2 + len(entry) < WIDTH:
            lines[-1] += ", " + entry
        else:
            lines.append(entry)
    opening, closing = brackets(value)
    return opening + "\n" + ",\n".join(margin + line for line in lines) + "\n" + " " * indent + closing


def layout(document):
    """The text of the file."""
    return laid_out(document, 0) + "\n"


if __name__ == "__main__":
    FILE.write_text(layout(json.loads(FILE.read_text())))
