# SPDX-License-Identifier: ISC
"""Requests byte by byte, for tests of HTTP itself."""

import socket

from harness import DaemonCase, read_answer


class HttpCase(DaemonCase):
    daemon_options = {"conf_extra": 'idle_timeout = "2s"'}  # when a half request is given up

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lodged = cls.daemon.create(cls.booking())["id"]
        cls.note = f"/v1/holds/{cls.lodged}/note"

    def raw_answer(self, data):
        """Sends bytes and reads one answer."""
        with self.daemon.connect() as stream:
            try:
                stream.sendall(data)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before it was all there; the answer may still be read
            return read_answer(stream)

    def everything(self, data):
        """Sends bytes, says that no more will come, and reads until the daemon closes."""
        received = b""
        with self.daemon.connect() as stream:
            try:
                stream.sendall(data)
                stream.shutdown(socket.SHUT_WR)
                while chunk := stream.recv(65536):
                    received += chunk
            except (BrokenPipeError, ConnectionResetError):
                pass
        return received

    def post_bytes(self, body, *headers, path=None):
        lines = [f"POST {path or self.note} HTTP/1.1", "Host: x", "Content-Type: application/json",
                 *headers]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
