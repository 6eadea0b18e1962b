# SPDX-License-Identifier: ISC
"""HTTP itself: routes, methods, media types, and framing."""

import unittest

from harness import ask, read_answer
from http_case import HttpCase


class Routes(HttpCase):
    def test_not_found(self):
        for path in ("/", "/v2/holds", "/v1/hold", "/v1/holds/1/2/3", "/metrics/x", "/v1/holds//",
                     "/v1/../healthz", "/healthz/", "//v1/", "/V1/holds"):
            for method in ("GET", "POST"):
                with self.subTest(f"{method} {path}"):
                    self.assertProblem(self.daemon.request(method, path), 404, "not-found")

    def test_methods(self):
        routes = {"/v1/": "GET", "/v1/holds": "GET POST", f"/v1/holds/{self.lodged}": "GET",
                  f"/v1/holds/{self.lodged}/events": "GET", f"/v1/holds/{self.lodged}/start": "POST",
                  "/v1/events": "GET", "/healthz": "GET", "/metrics": "GET"}
        for path, allowed in routes.items():
            allowed = set(allowed.split())
            for method in {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"} - allowed:
                with self.subTest(f"{method} {path}"):
                    answer = self.daemon.request(method, path)
                    self.assertProblem(answer, 405, "method-not-allowed")
                    told = {word.strip() for word in answer.headers["Allow"].split(",")}
                    self.assertEqual(told - {"HEAD"}, allowed)

    def test_head(self):
        with self.daemon.connect() as stream:
            stream.sendall(b"HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            received = b""
            while chunk := stream.recv(65536):
                received += chunk
        status = int(received.split()[1])
        self.assertIn(status, (200, 405))
        self.assertTrue(received.endswith(b"\r\n\r\n"), "an answer to HEAD has no body")
        if status == 405:
            self.assertIn(b"\r\nAllow: ", received)

    def post_as(self, media_type):
        headers = {"Content-Type": media_type}
        return self.daemon.post(self.note, raw=b'{"text":"x"}', headers=headers)

    def test_media_types(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonx", "json",
                     "application/json-patch+json", "multipart/form-data; boundary=x"):
            with self.subTest(kind):
                answer = self.post_as(kind)
                self.assertProblem(answer, 415, "unsupported-media-type")
        for kind in ("application/json", "application/json; charset=utf-8", "Application/JSON",
                     "application/json;charset=UTF-8"):
            with self.subTest(kind):
                answer = self.post_as(kind)
                self.assertEqual(answer.status, 200)

    def test_post_without_body_or_type(self):
        hold = self.daemon.create(self.booking())["id"]
        self.assertEqual(self.daemon.post(f"/v1/holds/{hold}/serve").status, 200)
        answer = self.raw_answer(f"POST /v1/holds/{hold}/start HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        self.assertEqual(answer.json["state"], "held")

    def test_host_is_not_needed_to_be_ours(self):
        answer = self.daemon.get("/healthz", headers={"Host": "example.org:81"})
        self.assertEqual(answer.status, 200)


class Framing(HttpCase):
    def test_keep_alive(self):
        connection = self.daemon.connection()
        self.addCleanup(connection.close)
        ask(connection, "GET", "/healthz")
        stream = connection.sock
        for i in range(50):
            self.assertEqual(ask(connection, "POST", self.note, {"text": f"{i}"}).status, 200)
            self.assertEqual(ask(connection, "GET", "/v1/holds/0").status, 404)
            self.assertEqual(ask(connection, "POST", "/v1/holds", {"x": i}).status, 400)
            self.assertEqual(ask(connection, "POST", f"/v1/holds/{self.lodged}/release").status, 409)
            self.assertEqual(ask(connection, "GET", f"/v1/holds/{self.lodged}").status, 200)
        self.assertIs(connection.sock, stream, "the daemon closed a connection it need not close")

    def test_pipelining(self):
        hold = self.daemon.create(self.booking())["id"]
        requests = (self.post_bytes(b'{"text":"one"}', "Content-Length: 14")
                    + self.post_bytes(b"", "Content-Length: 0", path=f"/v1/holds/{hold}/start")
                    + b"GET /v1/holds/0 HTTP/1.1\r\nHost: x\r\n\r\n"
                    + f"GET /v1/holds/{hold} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        received = self.everything_kept_open(requests)
        statuses = [int(part.split()[0]) for part in received.split(b"HTTP/1.1 ")[1:]]
        self.assertEqual(statuses, [200, 200, 404, 200])
        self.assertIn(b'"state":"held"', received.split(b"HTTP/1.1 ")[4])

    def everything_kept_open(self, data):
        with self.daemon.connect() as stream:
            stream.sendall(data)
            received = b""
            while chunk := stream.recv(65536):
                received += chunk
            return received

    def test_expect_continue(self):
        body = b'{"text":"after 100"}'
        with self.daemon.connect() as stream:
            stream.sendall(self.post_bytes(b"", f"Content-Length: {len(body)}", "Expect: 100-continue"))
            interim = b""
            while not interim.endswith(b"\r\n\r\n"):
                interim += stream.recv(1)
            self.assertTrue(interim.startswith(b"HTTP/1.1 100 "), interim)
            stream.sendall(body)
            self.assertEqual(read_answer(stream).status, 200)

    def test_chunked_body(self):
        body = (b'5\r\n{"tex\r\n1;ext=1\r\nt\r\n9\r\n":"chunk"\r\n1\r\n}\r\n'
                b'0\r\nTrailer: x\r\n\r\n')
        answer = self.raw_answer(self.post_bytes(body, "Transfer-Encoding: chunked"))
        self.assertEqual(answer.status, 200, answer.text)
        self.assertEqual(self.daemon.events(self.lodged)[-1]["text"], "chunk")

    def test_byte_by_byte(self):
        with self.daemon.connect() as stream:
            for byte in self.post_bytes(b'{"text":"slow"}', "Content-Length: 15"):
                stream.send(bytes([byte]))
            self.assertEqual(read_answer(stream).status, 200)

    def test_http_1_0(self):
        received = self.everything_kept_open(b"GET /healthz HTTP/1.0\r\n\r\n")
        self.assertIn(b" 200 ", received.split(b"\r\n")[0])

    def test_half_closed_client_still_gets_its_answer(self):
        received = self.everything(self.post_bytes(b'{"text":"x"}', "Content-Length: 12",
                                                   "Connection: close"))
        self.assertTrue(received == b"" or received.startswith(b"HTTP/1.1 200"), received)


if __name__ == "__main__":
    unittest.main()
