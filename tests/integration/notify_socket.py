# SPDX-License-Identifier: ISC
"""The service manager's end of sd_notify(3)."""

import pathlib
import socket
import threading
import time

from timing import patience


class NotifySocket:
    """A bound notify socket that keeps every message, in order."""

    def __init__(self, path):
        self.path = path
        self.messages = []
        self.arrived = threading.Condition()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        pathlib.Path(path).unlink(missing_ok=True)
        self.socket.bind(path)
        self.thread = threading.Thread(target=self._receive, daemon=True)
        self.thread.start()

    def _receive(self):
        while (message := self.socket.recv(65536).decode()) != "X_HARNESS_END=1":
            with self.arrived:
                self.messages.append(message)
                self.arrived.notify_all()

    def wait(self, text, timeout=30, alive=lambda: True):
        """Waits for a message that holds the line `text`, as long as alive()."""
        give_up = time.monotonic() + patience(timeout)
        with self.arrived:
            while not any(text in message.split("\n") for message in self.messages):
                if time.monotonic() > give_up or not alive():
                    return False
                self.arrived.wait(0.05)
            return True

    def close(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
            own.sendto(b"X_HARNESS_END=1", self.path)
        self.thread.join()
        self.socket.close()
