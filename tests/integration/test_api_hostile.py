# SPDX-License-Identifier: ISC
"""Requests too large, and bytes that are not HTTP at all: refused, and the daemon serves on."""

import unittest

from http_case import HttpCase

KIB = 1024


class Sizes(HttpCase):
    def padded(self, size):
        return b'{"text":"x"}'.ljust(size)

    def test_largest_body(self):
        self.assertEqual(self.daemon.post(self.note, raw=self.padded(64 * KIB)).status, 200)

    def test_one_byte_more(self):
        data = self.post_bytes(self.padded(64 * KIB + 1), f"Content-Length: {64 * KIB + 1}")
        self.assertProblem(self.raw_answer(data), 413, "too-large")

    def test_announced_gigabyte_is_refused_unread(self):
        for length in (1 << 30, 1 << 62):
            answer = self.raw_answer(self.post_bytes(b"", f"Content-Length: {length}"))
            self.assertProblem(answer, 413, "too-large")

    def test_announced_with_expect(self):
        data = self.post_bytes(b"", f"Content-Length: {1 << 30}", "Expect: 100-continue")
        self.assertProblem(self.raw_answer(data), 413, "too-large")

    def test_chunked(self):
        chunk = b"1000\r\n" + b" " * 4096 + b"\r\n"
        body = chunk * 17 + b"0\r\n\r\n"
        answer = self.raw_answer(self.post_bytes(body, "Transfer-Encoding: chunked"))
        self.assertProblem(answer, 413, "too-large")

    def test_long_url(self):
        for length in (8 * KIB, 64 * KIB, KIB * KIB):
            received = self.everything(b"GET /v1/holds?booking=" + b"x" * length + b" HTTP/1.1\r\n"
                                       b"Host: x\r\nConnection: close\r\n\r\n")
            self.assertRefused(received, (400, 404, 413, 414, 431))

    def test_long_headers(self):
        for count, length in ((1, 64 * KIB), (2000, 100), (1, KIB * KIB)):
            headers = b"".join(b"X-%d: %s\r\n" % (i, b"y" * length) for i in range(count))
            received = self.everything(b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n")
            self.assertRefused(received, (400, 413, 431))

    def assertRefused(self, received, statuses):
        """Closed without a word, or one of these; and the daemon serves on."""
        if received:
            self.assertIn(int(received.split()[1]), statuses, received[:200])
        self.assertEqual(self.daemon.get("/healthz").status, 200)


class Garbage(HttpCase):
    WHOLE = (b"hello\r\n\r\n", b"GET\r\n\r\n", b"\r\n\r\n\r\n\r\n", b"GET / FTP/1.1\r\n\r\n",
             b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
             b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
             b"\0" * 5000, b"\xff" * 5000, b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"\r" * 9000,
             b"GET /healthz HTTP/1.1\r\n: empty name\r\nHost: x\r\n\r\n",
             b"POST /v1/holds HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
             b"POST /v1/holds HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
             b"POST /v1/holds HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
             b"POST /v1/holds HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
             b"POST /v1/holds HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
             b"ffffffffffffffffff\r\n", b"{\"booking\":\"B\"}\n")

    def test_the_daemon_survives(self):
        for data in self.WHOLE:
            with self.subTest(data[:40]):
                received = self.everything(data)
                if received and b"healthz" not in data:
                    self.assertIn(int(received.split()[1]), (400, 404, 405, 411, 413, 415, 501, 505),
                                  received)
                self.assertEqual(self.daemon.get("/healthz").status, 200)

    def test_body_that_never_ends(self):
        last = self.daemon.get("/v1/events?limit=1").json["last_seq"]
        self.everything(self.post_bytes(b'{"text":"x"}', "Content-Length: 500"))
        self.everything(self.post_bytes(b"c\r\n" + b'{"text":"x"}', "Transfer-Encoding: chunked"))
        self.assertEqual(self.daemon.get("/v1/events?limit=1").json["last_seq"], last)

    def test_conflicting_lengths_do_nothing_twice(self):
        before = len(self.daemon.events(self.lodged))
        body = b'{"text":"x"}'
        self.everything(self.post_bytes(body, "Content-Length: 12", "Content-Length: 0"))
        self.assertLessEqual(len(self.daemon.events(self.lodged)), before + 1)


if __name__ == "__main__":
    unittest.main()
