# SPDX-License-Identifier: ISC
"""What the tests of the API's description share: asking its calls, with each answer held against it."""

import os
import re
import urllib.parse

import contract
import harness
import unix_http
from openapi import nullable
from openapi_values import is_instant

EXAMPLES_NOW = harness.parse_rfc3339("2026-11-24T18:00:00Z")  # the present, in the examples
USUAL_SEED = 20261124  # of values made by chance, unless SEED says otherwise

# From which state a command is tried; the others are from `lodged`.
STATES = {"decide": "pending", "schedule": "held", "transfer": "held", "release": "held", "correct": "held"}


def seed():
    """The seed of a test, said aloud so that it can be repeated."""
    number = int(os.environ.get("SEED", USUAL_SEED))
    print(f"repeat with SEED={number}", flush=True)
    return number


def brought_to_now(value):
    """The same value with all its instants moved so far that the examples' present is ours."""
    if isinstance(value, dict):
        return {name: brought_to_now(part) for name, part in value.items()}
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S+", value):
        return harness.rfc3339(harness.parse_rfc3339(value) - EXAMPLES_NOW + harness.now())
    return value


def needed(call):
    """The parameters that a call cannot be without."""
    return [(p.name, p.example) for p in call.parameters_in("query") if p.required]


def first_instant(call):
    """The name of the first member of a body that is a moment."""
    return next(name for name, part in call.body["properties"].items() if is_instant(nullable(part)[1]))


def described(call):
    """What a call may answer: a status, and of a problem its kind."""
    return {(response.status, kind) for response in call.responses.values() for kind in response.kinds or (None,)}


def outcome(answer):
    problem = answer.headers.get_content_type() == "application/problem+json"
    return answer.status, answer.json["kind"] if problem else None


class OpenApiCase(harness.DaemonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.api = contract.api()
        unix_http.observer = contract.check

    def send(self, call, query=None, body=None, raw=None, headers=None, **parts):
        """Asks a call. `query` has pairs, or is a text; so is `body` where it is not JSON."""
        if isinstance(body, str):
            body, raw = None, body.encode()
        if call.body_type:
            headers = {"Content-Type": call.body_type} | (headers or {})
        query = query if isinstance(query, str) else urllib.parse.urlencode(query or ())
        target = call.address(**parts) + (f"?{query}" if query else "")
        return self.daemon.request(call.method, target, body, headers, raw)

    def example(self, call):
        """A body as the document has it, the fullest of them, or None."""
        return brought_to_now(max(call.examples.values(), key=len)) if call.examples else None

    def hold_for(self, call):
        """A new hold that the call can be tried on."""
        state = STATES.get(call.id, "lodged")
        hold = self.daemon.create(self.booking(), "REVIEW" if state == "pending" else "PIERCE",
                                  booked_at=harness.ago(days=3), received_at=harness.ago(hours=2))["id"]
        if state == "held":
            self.daemon.command(hold, "start", eligible_at=harness.ago(hours=1))
        return hold

    def parts_for(self, call):
        """What stands for the parts of its path, where the call is to succeed."""
        return {"id": self.hold_for(call)} if "{id}" in call.path else {}
