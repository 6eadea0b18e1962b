# SPDX-License-Identifier: ISC
"""The daemon from another host, by the examples: nginx with client certificates, systemd-socket-proxyd.

The files are used as they are but for their paths and ports.
"""

import http.client
import os
import pathlib
import shlex
import shutil
import socket
import ssl
import subprocess
import threading
import unittest

from flaky_proxy import FlakyProxy
from harness import BASE_ENVIRONMENT, REPOSITORY, Daemon, ago, short_temporary_directory
from timing import patience, wait_until
from unix_http import UnixConnection, ask

EXAMPLES = REPOSITORY / "examples"
SERVER_NAME = "detainerd.example.gov"
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"
NGINX = shutil.which("nginx", path=PATH)
PROXYD = "/usr/lib/systemd/systemd-socket-proxyd"

MAIN_CONF = """
daemon off;
pid {dir}/nginx.pid;
error_log {dir}/error.log;
{user}
worker_processes 1;
events {{ }}
http {{
    client_body_temp_path {dir}/body;
    proxy_temp_path {dir}/proxy;
    fastcgi_temp_path {dir}/fastcgi;
    uwsgi_temp_path {dir}/uwsgi;
    scgi_temp_path {dir}/scgi;
    include {dir}/detainerd.conf;
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), patience(5)).close()
        return True
    except ConnectionRefusedError:
        return False


class LocalConnection(http.client.HTTPSConnection):
    """To this host, whose name is that of the certificate."""

    def __init__(self, port, context):
        super().__init__(SERVER_NAME, port, context=context, timeout=patience(90))
        self.context = context

    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        self.sock = self.context.wrap_socket(plain, server_hostname=SERVER_NAME)


class Background:
    """A program that runs as long as the context, and listens on a port when it is entered."""

    def __init__(self, command, port, log):
        self.command, self.port, self.log = command, port, log

    def __enter__(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, env=BASE_ENVIRONMENT, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        try:
            wait_until(lambda: listens(self.port) or self.process.poll() is not None, what="a listener")
            if self.process.poll() is not None:
                raise AssertionError(f"{self.command[0]} ended:\n{pathlib.Path(self.log).read_text()}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(patience(20))


def certificates(directory, *clients):
    subprocess.run([EXAMPLES / "certificates.sh", directory, SERVER_NAME, *clients], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def edited(name, **replacements):
    """An example with each of the texts replaced, which must be in it."""
    text = (EXAMPLES / name).read_text()
    for old, new in replacements.values():
        if old not in text:
            raise AssertionError(f"{name} does not say {old}")
        text = text.replace(old, new)
    return text


@unittest.skipUnless(NGINX and shutil.which("openssl"), "no nginx, or no openssl")
class Nginx(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = short_temporary_directory()
        cls.addClassCleanup(shutil.rmtree, cls.dir)
        certificates(f"{cls.dir}/tls", "board")
        certificates(f"{cls.dir}/other", "board")
        cls.daemon = cls.enterClassContext(
            Daemon(conf_extra=f'listen "{cls.dir}/read.sock" {{ roles = {{"monitor"}} }}\n'))
        # Between the two, to see what reaches the daemon.
        cls.proxy = cls.enterClassContext(FlakyProxy(f"{cls.dir}/proxy.sock", f"{cls.dir}/read.sock"))
        cls.port = free_port()
        pathlib.Path(cls.dir, "detainerd.conf").write_text(edited(
            "detainerd.nginx.conf", socket=("server unix:/run/detainerd/read.sock;",
                                            f"server unix:{cls.dir}/proxy.sock;"),
            port=("listen 8443 ssl", f"listen 127.0.0.1:{cls.port} ssl"),
            tls=("/etc/detainerd/tls", f"{cls.dir}/tls"), log=("/var/log/nginx", cls.dir)))
        user = "user root;" if os.geteuid() == 0 else ""
        pathlib.Path(cls.dir, "nginx.conf").write_text(MAIN_CONF.format(dir=cls.dir, user=user))
        cls.enterClassContext(Background([NGINX, "-p", cls.dir, "-e", "error.log", "-c", "nginx.conf"], cls.port,
                                         f"{cls.dir}/error.log"))

    def setUp(self):
        self.proxy.requests.clear()

    def ask(self, method, path, client=None, body=None, tls="tls"):
        """One request with the certificate of that client; returns status, headers and text."""
        context = ssl.create_default_context(cafile=f"{self.dir}/tls/ca.pem")
        if client:
            context.load_cert_chain(f"{self.dir}/{tls}/{client}.pem", f"{self.dir}/{tls}/{client}.key")
        connection = LocalConnection(self.port, context)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def assertRefused(self, status, *arguments, **keywords):
        self.assertEqual(self.ask(*arguments, **keywords)[0], status)
        self.assertEqual(self.proxy.calls(), [], "the daemon has heard of it")

    def test_a_client_with_a_certificate_reads(self):
        hold = self.daemon.create("REMOTE-1")
        status, headers, text = self.ask("GET", f"/v1/holds/{hold['id']}", "board")
        self.assertEqual((status, headers["ETag"]), (200, '"1"'))
        self.assertIn('"state":"lodged"', text)
        self.assertEqual(headers.get_content_type(), "application/json")
        status, _, text = self.ask("GET", "/v1/", "board")
        self.assertEqual(status, 200)
        self.assertRegex(text, r'"roles":\["monitor"\]')

    def test_what_is_about_a_person_stays_behind(self):
        hold = self.daemon.create("REMOTE-2")
        for path in (f"/v1/holds/{hold['id']}", f"/v1/holds/{hold['id']}/events", "/v1/events"):
            status, _, text = self.ask("GET", path, "board")
            self.assertEqual(status, 200)
            self.assertNotIn("REMOTE", text)

    def test_a_client_without_a_certificate_is_refused(self):
        self.assertRefused(400, "GET", "/v1/")

    def test_the_certificate_of_another_authority_is_refused(self):
        self.assertRefused(400, "GET", "/v1/", "board", tls="other")

    def test_a_servers_certificate_is_none_for_a_client(self):
        self.assertRefused(400, "GET", "/v1/", "server")

    def test_nothing_is_written(self):
        for method, path in (("POST", "/v1/holds"), ("POST", "/v1/reload"), ("PUT", "/v1/holds/1"),
                             ("DELETE", "/v1/holds/1")):
            self.assertRefused(403, method, path, "board", body='{"booking":"X","facility":"PIERCE"}')

    def test_the_role_forbids_writing_too(self):
        """Without nginx: its configuration is one of two locks."""
        connection = UnixConnection(f"{self.dir}/read.sock")
        answer = ask(connection, "POST", "/v1/holds", {"booking": "X", "facility": "PIERCE"})
        connection.close()
        self.assertEqual((answer.status, answer.json["kind"]), (403, "forbidden"))

    def test_plain_http_is_refused(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience(20))
        connection.request("GET", "/v1/")
        self.assertEqual(connection.getresponse().status, 400)
        connection.close()
        self.assertEqual(self.proxy.calls(), [])

    def test_a_long_poll_waits_for_its_event(self):
        hold = self.daemon.create("REMOTE-3")
        answers = []
        poll = threading.Thread(target=lambda: answers.append(
            self.ask("GET", f"/v1/events?after={hold['last_seq']}&wait=60", "board")))
        poll.start()
        wait_until(lambda: "GET events" in self.proxy.calls(), what="the poll at the daemon")
        self.daemon.command(hold["id"], "note", text="here")
        poll.join(patience(60))
        self.assertIn('"kind":"hold.noted"', answers[0][2])

    def test_the_log_says_who_it_was(self):
        self.ask("GET", "/healthz", "board")
        log = pathlib.Path(self.dir, "detainerd.log")
        wait_until(lambda: '"CN=board"' in log.read_text() and "GET /healthz" in log.read_text(), what="a line")


class Certificates(unittest.TestCase):
    def run_script(self, *arguments):
        return subprocess.run([EXAMPLES / "certificates.sh", *arguments], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.PIPE, check=False)

    @unittest.skipUnless(shutil.which("openssl"), "no openssl")
    def test_a_client_is_added_and_the_others_stay(self):
        directory = pathlib.Path(short_temporary_directory())
        self.addCleanup(shutil.rmtree, directory)
        self.assertEqual(self.run_script(directory, SERVER_NAME, "one").returncode, 0)
        before = {path.name: path.read_bytes() for path in directory.iterdir()}
        self.assertEqual(set(before), {"ca.pem", "ca.key", "server.pem", "server.key", "one.pem", "one.key"})
        self.assertEqual(self.run_script(directory, SERVER_NAME, "one", "two").returncode, 0)
        after = {path.name: path.read_bytes() for path in directory.iterdir()}
        self.assertEqual(set(after) - set(before), {"two.pem", "two.key"})
        self.assertEqual({name: after[name] for name in before}, before)
        for path in directory.iterdir():
            self.assertEqual(path.stat().st_mode & 0o77, 0, path)

    @unittest.skipUnless(shutil.which("openssl"), "no openssl")
    def test_names_that_cannot_be_are_refused(self):
        directory = short_temporary_directory()
        self.addCleanup(shutil.rmtree, directory)
        for name in ("ca", "server", "a/b", "", ".hidden", "-x"):
            done = self.run_script(directory, SERVER_NAME, name)
            self.assertEqual(done.returncode, 2, name)
            self.assertIn(f'"{name}" is no name for a client', done.stderr)

    def test_usage(self):
        done = self.run_script()
        self.assertEqual(done.returncode, 2)
        self.assertIn("usage: certificates.sh DIRECTORY SERVER-NAME CLIENT...", done.stderr)


@unittest.skipUnless(os.access(PROXYD, os.X_OK) and shutil.which("systemd-socket-activate"), "no proxyd")
class SocketProxy(unittest.TestCase):
    def test_it_serves_the_read_only_socket(self):
        directory = short_temporary_directory()
        self.addCleanup(shutil.rmtree, directory)
        path = f"{directory}/read.sock"
        service = edited("detainerd-proxy.service", path=("/run/detainerd/read.sock", path))
        start = next(line for line in service.splitlines() if line.startswith("ExecStart="))
        port = free_port()
        command = ["systemd-socket-activate", "-l", f"127.0.0.1:{port}",
                   *shlex.split(start.removeprefix("ExecStart="))]
        with Daemon(conf_extra=f'listen "{path}" {{ roles = {{"monitor"}} }}\n') as daemon:
            hold = daemon.create("TCP-1", booked_at=ago(hours=1))
            with Background(command, port, f"{directory}/log"):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience(60))
                connection.request("GET", f"/v1/holds/{hold['id']}")
                answer = connection.getresponse()
                text = answer.read().decode()
                self.assertEqual(answer.status, 200)
                self.assertIn('"state":"lodged"', text)
                self.assertNotIn("TCP-1", text)
                connection.close()


if __name__ == "__main__":
    unittest.main()
