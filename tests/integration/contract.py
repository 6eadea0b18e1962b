# SPDX-License-Identifier: ISC
"""Holds every answer that a test gets against schema/openapi.json, whatever else the test wants of it.

Of long lists a few members are looked at, so that it costs little.
"""

import functools
import json

import openapi

# What HTTP itself adds, and the Cache-Control that the document speaks of once for all.
GENERAL_HEADERS = {"date", "content-type", "content-length", "connection", "cache-control"}


@functools.cache
def api():
    return openapi.load()


@functools.cache
def validator_of(call_id, status, media_type):
    """The validator of a body that is JSON, or of its lines."""
    responses = api().calls[call_id].responses if call_id else api().elsewhere
    return openapi.validator(responses[status].media[media_type])


def sampled(value):
    """The same value with at most four members in each of its lists."""
    if not isinstance(value, dict):
        return value
    return {name: [part[i] for i in (0, 1, len(part) // 2, -1)] if isinstance(part, list) and len(part) > 4
            else part for name, part in value.items()}


def header_faults(response, headers):
    for name, (required, schema) in response.headers.items():
        value = headers.get(name)
        if value is None and required:
            yield f"no {name}"
        elif value is not None and (wrong := openapi.complaint(openapi.validator(schema), value)):
            yield f"{name}: {wrong}"
    known = GENERAL_HEADERS | {name.lower() for name in response.headers}
    yield from (f"{name} is not described" for name in headers.keys() if name.lower() not in known)


def body_fault(call, response, answer):
    media_type = answer.headers.get_content_type()
    if not response.media:
        return answer.data and "a body is not described"
    if media_type not in response.media:
        return f"its type, {media_type}, is not described"
    if media_type == openapi.LINES_TYPE:
        values = sampled({"lines": [json.loads(line) for line in answer.data.splitlines()]})["lines"]
    else:
        values = [sampled(answer.json)] if media_type in openapi.JSON_TYPES else []
    validator = validator_of(call and call.id, answer.status, media_type)
    return next(filter(None, (openapi.complaint(validator, value) for value in values)), None)


def faults(method, target, answer):
    """What of an answer is not as described, in words."""
    call = api().find(method, target)
    response = (call.responses if call else api().elsewhere).get(answer.status)
    if not response:
        return [f"status {answer.status} is not described"]
    found = list(header_faults(response, answer.headers))
    if method != "HEAD" and (wrong := body_fault(call, response, answer)):
        found.append(wrong)
    return found


def check(method, target, answer):
    """Raises AssertionError where an answer is not as described."""
    if found := faults(method, target, answer):
        raise AssertionError(f"{method} {target}: not as schema/openapi.json has it: {'; '.join(found)}\n"
                             f"{answer.status} {answer.data[:2000]!r}")
