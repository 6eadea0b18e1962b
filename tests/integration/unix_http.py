# SPDX-License-Identifier: ISC
"""Python's own HTTP client through a Unix socket."""

import dataclasses
import http.client
import json
import socket

from timing import patience


class UnixConnection(http.client.HTTPConnection):
    """A connection to a Unix socket, kept alive."""

    def __init__(self, path, timeout=60):
        super().__init__("detainerd", timeout=patience(timeout))
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


@dataclasses.dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    data: bytes

    @property
    def text(self):
        return self.data.decode()

    @property
    def json(self):
        return json.loads(self.data) if self.data else None


def nobody(method, path, answer):
    """Looks at no answer."""


observer = nobody  # looks at every answer that ask() gets; see contract.py


def ask(connection, method, path, body=None, headers=None, raw=None):
    """One request on an http.client connection. `body` is made JSON; `raw` (bytes) is sent as it is."""
    headers = dict(headers or {})
    if body is not None:
        raw = json.dumps(body).encode()
    if raw is not None:
        headers.setdefault("Content-Type", "application/json")
    connection.request(method, path, body=raw, headers=headers)
    response = connection.getresponse()
    answer = Answer(response.status, response.headers, response.read())
    observer(method, path, answer)
    return answer


def read_answer(stream):
    """Reads one HTTP answer from a raw socket, of a GET or POST."""
    response = http.client.HTTPResponse(stream)
    response.begin()
    return Answer(response.status, response.headers, response.read())
