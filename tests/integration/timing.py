# SPDX-License-Identifier: ISC
"""Instants as the daemon writes them, and waiting for conditions instead of sleeping.

DETAINERD_TEST_SLOWNESS in the environment is a factor on every deadline, for builds that a sanitizer
slows down.
"""

import datetime
import os
import time

SLOWNESS = float(os.environ.get("DETAINERD_TEST_SLOWNESS", "1"))


def patience(seconds):
    """A deadline's length, stretched for slow builds."""
    return seconds * SLOWNESS


def wait_until(condition, timeout=20, what="the condition"):
    """Waits until condition() is true and returns its value."""
    give_up = time.monotonic() + patience(timeout)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > give_up:
            raise AssertionError(f"{what} did not come true within {patience(timeout):g} s")
        time.sleep(0.01)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def rfc3339(instant):
    """An aware datetime as the daemon writes it: UTC with Z, fraction only where there is one."""
    text = instant.astimezone(datetime.timezone.utc).replace(tzinfo=None).isoformat()
    return text + "Z"


def parse_rfc3339(text):
    return datetime.datetime.fromisoformat(text)


def ago(**length):
    """RFC 3339 text of the moment so long ago: ago(hours=47, minutes=59)."""
    return rfc3339(now() - datetime.timedelta(**length))


def ahead(**length):
    return rfc3339(now() + datetime.timedelta(**length))
