#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Bounds: clients that idle, dawdle, never read or send without end cost little and hurt nobody.

While they are at it an ordinary client goes on asking, and every one of its requests must be
answered within a second. Memory stays under 64 MiB plus 32 KiB for each connection. Offenders run
in a process of their own, so that the log can be seen to name them, once for each connection at
most.
"""

import collections
import contextlib
import http.client
import json
import os
import pathlib
import re
import resource
import select
import socket
import subprocess
import sys
import threading
import time
import unittest

import harness

MIB = 1024 * 1024
MEMORY_BASE = 64 * MIB
MEMORY_CONNECTION = 32 * 1024
WORST_WAIT_S = 1.0
GET = b"GET /v1/ HTTP/1.1\r\nHost: detainerd\r\n\r\n"
POST = (b"POST /v1/holds HTTP/1.1\r\nHost: detainerd\r\n"
        b"Content-Type: application/json\r\n")


def raise_own_file_limit(wanted):
    """Thousands of connections need as many descriptors; skips where they are not to be had."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted <= hard or hard == resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    elif soft < wanted:
        raise unittest.SkipTest(f"{wanted} descriptors wanted, {hard} allowed")


# ---- looking at the daemon from outside ----------------------------------------------------------

def memory(daemon):
    """Resident memory, now and at its highest, in bytes."""
    text = pathlib.Path(f"/proc/{daemon.pid}/status").read_text()
    return tuple(int(re.search(rf"^{name}:\s*(\d+) kB", text, re.MULTILINE)[1]) * 1024
                 for name in ("VmRSS", "VmHWM"))


def sanitized():
    """Whether the daemon carries a sanitizer, whose memory is not the daemon's fault."""
    program = pathlib.Path(harness.DETAINERD).read_bytes()
    return b"__asan_init" in program or b"__tsan_init" in program


def descriptors(daemon):
    return len(os.listdir(f"/proc/{daemon.pid}/fd"))


def cpu_seconds(daemon):
    fields = pathlib.Path(f"/proc/{daemon.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Bystander:
    """An ordinary client: reads and writes, one request at a time, and notes its longest wait."""

    def __init__(self, daemon):
        self.daemon, self.done = daemon, threading.Event()
        self.worst_s, self.count, self.error = 0.0, 0, None
        self.thread = threading.Thread(target=self.run, daemon=True)

    def ask(self, connection, method, path, body=None):
        began = time.monotonic()
        answer = harness.ask(connection, method, path, body)
        self.worst_s = max(self.worst_s, time.monotonic() - began)
        self.count += 1
        if answer.status not in (200, 201):
            raise AssertionError(f"{method} {path}: {answer.status} {answer.text}")
        return answer.json

    def run(self):
        try:
            with contextlib.closing(self.daemon.connection()) as connection:
                hold = self.ask(connection, "POST", "/v1/holds",
                                {"booking": "bystander", "facility": "PIERCE"})
                path = f"/v1/holds/{hold['id']}"
                while not self.done.is_set():
                    self.ask(connection, "POST", path + "/note", {"text": f"note {self.count}"})
                    self.ask(connection, "GET", path)
                    self.done.wait(0.01)
        except Exception as error:
            self.error = error

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        self.done.set()
        self.thread.join(harness.patience(30))
        if kind is None:
            if self.error or self.thread.is_alive():
                raise AssertionError(f"the ordinary client failed: {self.error or 'no answer'}")
            if self.worst_s > harness.patience(WORST_WAIT_S):
                raise AssertionError(f"the ordinary client once waited {self.worst_s:.2f} s")


# ---- offenders: a process each -------------------------------------------------------------------

def connect(path):
    stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    stream.settimeout(60 * harness.SLOWNESS)
    stream.connect(path)
    return stream


def drain(stream):
    """What the daemon still had to say before it hung up."""
    data = b""
    with contextlib.suppress(OSError):
        while piece := stream.recv(65536):
            data += piece
    return data


def hung_up(stream):
    """Whether the other end closed the connection. What it sent before is thrown away."""
    poll = select.poll()
    poll.register(stream, select.POLLIN)
    try:
        while poll.poll(0):
            if not stream.recv(65536):
                return True
    except OSError:
        return True
    return False


def dawdle(path, count, start):
    """Sends one byte a second; returns after how many seconds the connections were closed."""
    streams = {}
    for _ in range(count):
        stream = connect(path)
        stream.sendall(start)
        streams[stream] = time.monotonic()
    closed = []
    give_up = time.monotonic() + 60 * harness.SLOWNESS
    while streams and time.monotonic() < give_up:
        ended, _, _ = select.select(list(streams), [], [], 1)
        for stream in list(streams):
            try:
                if stream in ended and hung_up(stream):
                    raise ConnectionResetError
                stream.sendall(b"x")
            except OSError:
                closed.append(time.monotonic() - streams.pop(stream))
                stream.close()
    return {"closed": len(closed), "longest_s": max(closed, default=None)}


def offend_slow_head(path, count):
    return dawdle(path, count, b"GET /v1/ HTTP/1.1\r\nHost: detainerd\r\nX-Dawdle: ")


def offend_slow_body(path, count):
    return dawdle(path, count, POST + b"Content-Length: 1000\r\n\r\n{")


def offend_never_reads(path, count):
    """Pipelines requests for a long history and reads nothing, until it is cut off."""
    request = b"GET /v1/events?limit=1000 HTTP/1.1\r\nHost: detainerd\r\n\r\n" * 20
    streams = [connect(path) for _ in range(count)]
    poll = select.poll()
    for stream in streams:
        stream.setblocking(False)
        poll.register(stream, select.POLLOUT)
    open_ones = {stream.fileno(): stream for stream in streams}
    give_up = time.monotonic() + 60 * harness.SLOWNESS
    while open_ones and time.monotonic() < give_up:
        for number, what in poll.poll(200):
            try:
                if what & (select.POLLHUP | select.POLLERR):
                    raise BrokenPipeError
                open_ones[number].send(request)
            except BlockingIOError:
                pass
            except OSError:
                poll.unregister(number)
                open_ones.pop(number).close()
    return {"closed": count - len(open_ones)}


def pour(path, head, piece, total):
    """Sends up to `total` bytes of body; returns how many went through, and the answer's status."""
    stream = connect(path)
    sent = 0
    with contextlib.closing(stream):
        try:
            stream.sendall(head)
            while sent < total:
                sent += stream.send(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = drain(stream)
    match = re.match(rb"HTTP/1\.1 (\d+)", answer)
    return {"sent": sent, "status": int(match[1]) if match else None,
            "answer": answer.decode(errors="replace")}


def offend_gigabyte(path, _):
    return pour(path, POST + b"Content-Length: 1073741824\r\n\r\n", b" " * 65536, 1 << 30)


def offend_gigabyte_chunked(path, _):
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    return pour(path, POST + b"Transfer-Encoding: chunked\r\n\r\n", chunk, 1 << 30)


def offend_crowd(path, count):
    """Connects again and again where there is no room; returns what became of it."""
    outcomes = collections.Counter()
    for _ in range(count):
        try:
            stream = connect(path)
        except OSError:
            outcomes["refused"] += 1
            continue
        with contextlib.closing(stream):
            with contextlib.suppress(OSError):
                stream.sendall(GET)
            answer = drain_briefly(stream)
        if answer is None:
            outcomes["left waiting"] += 1
        else:
            outcomes[answer.split(b" ", 2)[1].decode() if answer else "closed"] += 1
    return outcomes


def drain_briefly(stream):
    """As drain(), but None where nothing at all happens for some seconds."""
    stream.settimeout(5 * harness.SLOWNESS)
    data = b""
    try:
        while piece := stream.recv(65536):
            data += piece
            if b"\r\n\r\n" in data:
                break
    except TimeoutError:
        return data or None
    except OSError:
        pass
    return data


class Offender:
    """One of the offend_* functions in a process of its own."""

    def __init__(self, daemon, kind, count=1):
        self.process = subprocess.Popen(
            [sys.executable, "-B", __file__, "--offend", kind, daemon.socket, str(count)],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.pid = self.process.pid

    def result(self):
        text, _ = self.process.communicate(timeout=120 * harness.SLOWNESS)
        return json.loads(text)


# ---- the tests -----------------------------------------------------------------------------------

class Bounds(unittest.TestCase):
    def setUp(self):
        raise_own_file_limit(4200)

    def assertMemory(self, daemon, connections):
        now, highest = memory(daemon)
        print(f"{connections} connections: {now / MIB:.1f} MiB resident, "
              f"{highest / MIB:.1f} MiB at the highest", flush=True)
        if not sanitized():
            self.assertLess(highest, MEMORY_BASE + connections * MEMORY_CONNECTION)

    def assertNamed(self, daemon, offender, most):
        """The log names the offender by pid and uid: at least once, and not over and over."""
        pattern = re.compile(rf"\b{offender.pid}\b")
        harness.wait_until(lambda: pattern.search(daemon.stderr()), what=f"{pattern} in the log")
        lines = [line for line in daemon.stderr().splitlines() if pattern.search(line)]
        self.assertLessEqual(len(lines), most, "\n".join(lines[:20]))
        for line in lines:
            self.assertRegex(line, rf"\buid[ :=]?{os.getuid()}\b")

    def open_streams(self, stack, daemon, count):
        return [stack.enter_context(contextlib.closing(daemon.connect())) for _ in range(count)]

    # -- idle --

    def test_two_thousand_idle_connections(self):
        with harness.Daemon() as daemon, contextlib.ExitStack() as stack, Bystander(daemon):
            streams = self.open_streams(stack, daemon, 2000)
            for stream in streams[::2]:
                stream.sendall(GET)
            for stream in streams[::2]:
                self.assertEqual(harness.read_answer(stream).status, 200)
            spent = cpu_seconds(daemon)
            for _ in range(100):
                self.assertEqual(daemon.get("/v1/").status, 200)
            self.assertLess(cpu_seconds(daemon) - spent, harness.patience(2))
            for stream in streams:  # each of them still works
                stream.sendall(GET)
            for stream in streams:
                self.assertEqual(harness.read_answer(stream).status, 200)
            self.assertMemory(daemon, 2000)

    def test_idle_connections_are_closed(self):
        with (harness.Daemon('idle_timeout = "1s"') as daemon, contextlib.ExitStack() as stack,
              Bystander(daemon)):
            before = descriptors(daemon)
            streams = self.open_streams(stack, daemon, 50)
            for stream in streams:
                stream.sendall(GET)
                self.assertEqual(harness.read_answer(stream).status, 200)
            harness.wait_until(lambda: all(hung_up(stream) for stream in streams), 15, "hanging up")
            harness.wait_until(lambda: descriptors(daemon) <= before + 2, what="letting go")

    # -- slow --

    def check_dawdlers(self, kind):
        with harness.Daemon('idle_timeout = "3s"') as daemon, Bystander(daemon):
            offender = Offender(daemon, kind, 20)
            result = offender.result()
            self.assertEqual(result["closed"], 20)
            self.assertLess(result["longest_s"], harness.patience(10))
            self.assertNamed(daemon, offender, 20)
            self.assertMemory(daemon, 20)

    def test_one_byte_a_second_in_the_head(self):
        self.check_dawdlers("slow_head")

    def test_one_byte_a_second_in_the_body(self):
        self.check_dawdlers("slow_body")

    # -- never reading --

    def test_never_reads(self):
        for count in (4, 64):
            with self.subTest(connections=count), harness.Daemon('idle_timeout = "3s"') as daemon:
                hold = daemon.create("long")["id"]
                with contextlib.closing(daemon.connection()) as connection:
                    for _ in range(1000):
                        harness.expect(200, harness.ask(
                            connection, "POST", f"/v1/holds/{hold}/note", {"text": "n" * 2000}))
                with Bystander(daemon):
                    offender = Offender(daemon, "never_reads", count)
                    self.assertEqual(offender.result()["closed"], count)
                    self.assertNamed(daemon, offender, count)
                self.assertMemory(daemon, count)

    # -- without end --

    def check_gigabyte(self, kind):
        with harness.Daemon() as daemon, Bystander(daemon):
            offender = Offender(daemon, kind)
            result = offender.result()
            self.assertLess(result["sent"], 8 * MIB)
            self.assertNamed(daemon, offender, 1)
            self.assertMemory(daemon, 1)
            self.assertNotIn(offender.pid, [event.get("pid") for event in daemon.events()])
            return result

    def test_gigabyte(self):
        result = self.check_gigabyte("gigabyte")
        self.assertEqual(result["status"], 413, result)
        self.assertIn("too-large", result["answer"])

    def test_gigabyte_chunked(self):
        self.assertIn(self.check_gigabyte("gigabyte_chunked")["status"], (413, None))

    # -- too many --

    def test_over_max_connections(self):
        with harness.Daemon("max_connections = 64\nmax_connections_per_user = 64") as daemon, contextlib.ExitStack() as stack:
            streams = self.open_streams(stack, daemon, 60)  # the harness may still have one open
            for stream in streams:
                stream.sendall(GET)
                self.assertEqual(harness.read_answer(stream).status, 200)
            filling = self.open_streams(stack, daemon, 10)
            outcomes = Offender(daemon, "crowd", 50).result()
            self.assertLessEqual(outcomes.keys(), {"closed", "refused", "503"}, outcomes)
            self.assertIn("503", outcomes)
            lines = [line for line in daemon.stderr().splitlines() if "max_connections" in line]
            self.assertIn(len(lines), (1, 2), "\n".join(lines[:20]))  # each thread may say it once
            for stream in streams:
                stream.sendall(GET)
                self.assertEqual(harness.read_answer(stream).status, 200)
            for stream in streams[:20] + filling:
                stream.close()
            harness.wait_until(lambda: tries(daemon) == 200, what="room for a new connection")

    def test_file_descriptor_limit_is_raised(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        wanted = hard if hard != resource.RLIM_INFINITY and hard < 8192 else 8192

        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, wanted))

        with harness.Daemon(preexec=limit) as daemon, contextlib.ExitStack() as stack:
            text = pathlib.Path(f"/proc/{daemon.pid}/limits").read_text()
            soft = re.search(r"^Max open files\s+(\d+)", text, re.MULTILINE)[1]
            self.assertGreaterEqual(int(soft), min(wanted, 4096))
            streams = self.open_streams(stack, daemon, 200)
            for stream in streams:
                stream.sendall(GET)
                self.assertEqual(harness.read_answer(stream).status, 200)

    def test_file_descriptor_limit_too_low(self):
        """Said at the start; and when they run out, those who are connected are served."""
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))

        with (harness.Daemon("max_connections = 4096", preexec=limit) as daemon,
              contextlib.ExitStack() as stack):
            daemon.wait_stderr(r"\b256\b")
            old = self.open_streams(stack, daemon, 10)
            for stream in old:
                stream.sendall(GET)
                self.assertEqual(harness.read_answer(stream).status, 200)
            crowd = []
            for _ in range(400):
                with contextlib.suppress(OSError):  # the backlog may be full
                    stream = connect_at_once(daemon.socket)
                    crowd.append(stack.enter_context(contextlib.closing(stream)))
            spent, began = cpu_seconds(daemon), time.monotonic()
            while time.monotonic() - began < 1:
                for stream in old:
                    stream.sendall(GET)
                    self.assertEqual(harness.read_answer(stream).status, 200)
                time.sleep(0.05)
            share = (cpu_seconds(daemon) - spent) / (time.monotonic() - began)
            self.assertLess(share, 0.7, "it spins")
            self.assertLess(len(daemon.stderr().splitlines()), 50, daemon.stderr()[-2000:])
            for stream in crowd:
                stream.close()
            harness.wait_until(lambda: tries(daemon) == 200, what="room for a new connection")

    # -- long polls --

    def poll_all(self, daemon, streams, wait):
        after = daemon.get("/v1/events?limit=1&after=1000000000").json["last_seq"]
        for stream in streams:
            stream.sendall(f"GET /v1/events?after={after}&wait={wait} HTTP/1.1\r\n"
                           "Host: detainerd\r\n\r\n".encode())
        return after

    def test_two_thousand_long_polls(self):
        with harness.Daemon() as daemon, contextlib.ExitStack() as stack:
            streams = self.open_streams(stack, daemon, 2000)
            after = self.poll_all(daemon, streams, 60)
            daemon.create("wakes all")
            for stream in streams:
                answer = harness.read_answer(stream)
                self.assertEqual(answer.status, 200)
                self.assertEqual([event["seq"] for event in answer.json["events"]], [after + 1])
            self.assertMemory(daemon, 2000)

    def test_a_waiting_poll_is_not_idle(self):
        with harness.Daemon('idle_timeout = "1s"') as daemon:
            began = time.monotonic()
            answer = daemon.get("/v1/events?wait=3")
            self.assertEqual((answer.status, answer.json), (200, {"events": [], "last_seq": 0}))
            self.assertGreaterEqual(time.monotonic() - began, 2.9)

    def test_long_polls_under_load(self):
        """Polls come back with every event; the ordinary client does not wait for them."""
        with harness.Daemon() as daemon, contextlib.ExitStack() as stack:
            streams = self.open_streams(stack, daemon, 200)
            self.poll_all(daemon, streams, 60)
            with Bystander(daemon) as bystander:
                for stream in streams:
                    self.assertTrue(harness.read_answer(stream).json["events"])
                harness.wait_until(lambda: bystander.count > 100 or bystander.error, what="traffic")

    def test_hung_up_long_polls_are_let_go(self):
        with harness.Daemon() as daemon:
            before = descriptors(daemon)
            with contextlib.ExitStack() as stack:
                self.poll_all(daemon, self.open_streams(stack, daemon, 500), 3)
            harness.wait_until(lambda: descriptors(daemon) <= before + 2, 30, "letting go")
            self.assertEqual(daemon.get("/v1/").status, 200)


def connect_at_once(path):
    stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    stream.setblocking(False)
    stream.connect(path)
    return stream


def tries(daemon):
    """The status of one request, 0 where it gets none."""
    try:
        return daemon.request("GET", "/v1/", timeout=2).status
    except (OSError, http.client.HTTPException):
        return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--offend"]:
        json.dump(globals()["offend_" + sys.argv[2]](sys.argv[3], int(sys.argv[4])), sys.stdout)
    else:
        unittest.main(verbosity=2)
