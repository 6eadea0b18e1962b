# SPDX-License-Identifier: ISC
"""The examples that need nothing built, each in its language. The one in C is in test_libdetainer."""

import unittest

from example_case import EXAMPLES, ExampleCase
from timing import SLOWNESS

# The daemon is tested under sanitizers by everything else, and these would teach it nothing new.
not_when_slow = unittest.skipIf(SLOWNESS > 1, "not under a sanitizer")


@not_when_slow
class Shell(ExampleCase):
    command = ["sh", EXAMPLES / "records.sh"]
    talks_of_retries = True


@not_when_slow
class Python(ExampleCase):
    command = ["/usr/bin/python3", "-W", "error", EXAMPLES / "records.py"]


@not_when_slow
class Node(ExampleCase):
    command = ["node", EXAMPLES / "records.mjs"]


@not_when_slow
class Java(ExampleCase):
    # A short life is not worth the better compiler.
    command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", EXAMPLES / "Records.java"]


del ExampleCase

if __name__ == "__main__":
    unittest.main()
