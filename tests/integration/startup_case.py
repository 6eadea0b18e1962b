# SPDX-License-Identifier: ISC
"""Daemons that must refuse to start."""

import shutil
import unittest

import harness


class StartupCase(unittest.TestCase):
    def refused(self, daemon, *words, status=1):
        """Starts a daemon that must refuse, with these words on its standard error.

        `status` is the exit status, or several that will do.
        """
        daemon.ready = False
        with daemon:
            wanted = status if isinstance(status, tuple) else (status,)
            self.assertIn(daemon.wait_exit(), wanted, daemon.stderr())
            text = daemon.stderr()
            for word in words:
                self.assertIn(str(word), text)
            self.assertNotIn("READY=1", "\n".join(daemon.notifications))
            self.assertLess(text.count("\n"), 6, "a clear message is a short one:\n" + text)

    def directory(self):
        directory = harness.short_temporary_directory()
        self.addCleanup(shutil.rmtree, directory, ignore_errors=True)
        return directory
