# SPDX-License-Identifier: ISC
"""A proxy between a client and the daemon that loses requests and answers where the test says so."""

import http.server
import socket
import socketserver
import threading

from unix_http import UnixConnection, ask

# What can happen to a request.
OVERLOADED = "the daemon has no time for it"  # 503, and it never arrives
LOST_REQUEST = "it is lost on its way"
LOST_ANSWER = "its answer is lost"  # what it asked for is done all the same
CUT_ANSWER = "its answer breaks off in the middle"

FORWARDED = ("Content-Type", "Idempotency-Key", "If-Match", "Accept")


class Request:
    """One that came, whatever happened to it."""

    def __init__(self, method, path, headers, body):
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body

    @property
    def call(self):
        """Its method and the last part of its path: `POST start`."""
        return f"{self.method} {self.path.partition('?')[0].rpartition('/')[2]}"


class FlakyProxy:
    """A context manager. `faults` maps a call, such as "POST start", to what happens to its first tries.

    `requests` are those that came, in order.
    """

    def __init__(self, path, upstream, faults=None):
        self.path = path
        self.upstream = upstream
        self.faults = {call: list(what) for call, what in (faults or {}).items()}
        self.requests = []
        self.lock = threading.Lock()

    def __enter__(self):
        proxy = self

        class Handler(_Handler):
            owner = proxy
        self.server = _Server(self.path, Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def note(self, request):
        """Returns what is to happen to it, or None."""
        with self.lock:
            self.requests.append(request)
            waiting = self.faults.get(request.call)
            return waiting.pop(0) if waiting else None

    def calls(self):
        with self.lock:
            return [request.call for request in self.requests]


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner = None

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = Request(self.command, self.path, self.headers, body)
        fault = self.owner.note(request)
        if fault == OVERLOADED:
            self.answer(503, {"Retry-After": "0"}, b'{"status":503,"kind":"overloaded","detail":"no time"}')
        elif fault == LOST_REQUEST:
            self.hang_up()
        else:
            self.pass_on(request, fault)

    do_POST = do_GET

    def pass_on(self, request, fault):
        connection = UnixConnection(self.owner.upstream)
        headers = {name: request.headers[name] for name in FORWARDED if name in request.headers}
        answer = ask(connection, request.method, request.path, headers=headers,
                     raw=request.body if request.method == "POST" else None)
        connection.close()
        if fault == LOST_ANSWER:
            return self.hang_up()
        headers = {k: v for k, v in answer.headers.items() if k not in ("Connection", "Date", "Content-Length")}
        return self.answer(answer.status, headers, answer.data, cut=fault == CUT_ANSWER)

    def answer(self, status, headers, body, cut=False):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:len(body) // 2] if cut else body)
        if cut:
            self.hang_up()

    def hang_up(self):
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def address_string(self):
        return "unix"

    def log_message(self, *_):
        pass
