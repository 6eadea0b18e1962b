# SPDX-License-Identifier: ISC
"""Who may call what: the table cell by cell, asked by real processes of other users and groups."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import unittest

import harness
import unix_http
from harness import DETAINERCTL, Daemon, expect

ROLES = ("records", "supervisor", "auditor", "monitor", "courier", "admin")

# Who may call what, in the order of ROLES: the one place besides the daemon's own table, so that a
# permission never changes unnoticed.
TABLE = """
GET  /v1/                          x x x x x x
GET  /v1/holds                     x x x x - x
POST /v1/holds                     x x - - - -
GET  /v1/holds/{id}                x x x x - x
GET  /v1/holds/{id}/events         x x x x - x
POST /v1/holds/{id}/decide         - x - - - -
POST /v1/holds/{id}/serve          x x - - - -
POST /v1/holds/{id}/start          x x - - - -
POST /v1/holds/{id}/schedule       x x - - - -
POST /v1/holds/{id}/transfer       x x - - - -
POST /v1/holds/{id}/release        x x - - - -
POST /v1/holds/{id}/cancel         x x - - - -
POST /v1/holds/{id}/close          x x - - - -
POST /v1/holds/{id}/correct        - x - - - -
POST /v1/holds/{id}/note           x x - - - -
POST /v1/holds/{id}/facts          x x - - - -
GET  /v1/events                    x x x x - x
GET  /v1/deadline                  x x x x - x
GET  /v1/policies                  x x x x - x
GET  /v1/policies/{name}           x x x x - x
POST /v1/policies/{name}/evaluate  x x x x - x
POST /v1/reload                    - - - - - x
GET  /healthz                      x x x x x x
GET  /metrics                      - - x x - x
GET  /openapi.json                 x x x x x x
"""
PERSONAL = ("records", "supervisor", "auditor")

# What a client of another user runs: every request on standard input, an answer for each.
ASK = """
import http.client, json, socket, sys
connection = http.client.HTTPConnection("detainerd")
connection.sock = socket.socket(socket.AF_UNIX)
connection.sock.connect(sys.argv[1])
for method, path, body in json.load(sys.stdin):
    connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
    answer = connection.getresponse()
    print(json.dumps([answer.status, answer.read().decode()]))
"""

FIRST_ID = 61000  # of users and groups that nobody else has


def table():
    rows = {}
    for line in TABLE.strip().splitlines():
        method, path, *cells = line.split()
        rows[method, path] = [role for role, cell in zip(ROLES, cells, strict=True) if cell == "x"]
    return rows


@unittest.skipIf(os.geteuid() != 0, "needs root to become other users")
class AccessCase(unittest.TestCase):
    def roles(self):
        """Users with a role by uid, and a group for each role."""
        return "".join(f'role "{role}" {{ users = {{"{FIRST_ID + i}"}} groups = {{"{FIRST_ID + i}"}} }}\n'
                       for i, role in enumerate(ROLES))

    def start(self, extra=""):
        daemon = self.enterContext(Daemon(self.roles() + extra))
        os.chmod(daemon.dir, 0o755)
        return daemon

    def ask(self, daemon, requests, uid=FIRST_ID + 500, gid=FIRST_ID + 500, groups=(), socket=None):
        """The answers that a process of another user gets: status and text of each."""
        done = subprocess.run([sys.executable, "-c", ASK, socket or daemon.socket], input=json.dumps(requests),
                              user=uid, group=gid, extra_groups=list(groups), cwd="/", text=True,
                              stdout=subprocess.PIPE, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def as_role(self, daemon, role, *requests, socket=None):
        return self.ask(daemon, requests, uid=FIRST_ID + ROLES.index(role), socket=socket)


class TableTest(AccessCase):
    def requests(self, hold):
        for (method, path), roles in table().items():
            address = path.replace("{id}", str(hold)).replace("{name}", "always-honor")
            if path == "/v1/deadline":
                address += "?facility=PIERCE&eligible_at=2026-11-24T09:00:00Z"
            # Of a form that is refused once it is let in, so that nothing is changed.
            yield roles, (method, address, '{"nothing": 1}' if method == "POST" else None)

    def test_cell_by_cell(self):
        daemon = self.start()
        hold = self.lodge(daemon)
        wanted = list(self.requests(hold))
        for role in ROLES:
            answers = self.as_role(daemon, role, *[request for _, request in wanted])
            for (roles, request), (status, text) in zip(wanted, answers, strict=True):
                with self.subTest(role=role, request=request):
                    if role not in roles:
                        self.assertEqual(status, 403, text)
                        self.assertEqual(json.loads(text)["kind"], "forbidden")
                        self.assertIn(f"this takes one of the roles {', '.join(roles)}; user ", text)
                        self.assertTrue(json.loads(text)["detail"].endswith(f" has {role}"))
                    else:
                        self.assertEqual(status, 400 if request[0] == "POST" else 200, text)

    def lodge(self, daemon):
        [[status, text]] = self.as_role(daemon, "records",
                                        ["POST", "/v1/holds", '{"booking": "B-1", "facility": "PIERCE"}'])
        self.assertEqual(status, 201, text)
        return json.loads(text)["id"]

    def test_the_daemon_shows_the_table(self):
        about = self.start().get("/v1/").json
        self.assertEqual({(c["method"], c["path"]): c["roles"] for c in about["calls"]}, table())
        self.assertEqual(about["personal"], list(PERSONAL))
        self.assertEqual(about["you"]["roles"], ["admin"])

    def test_the_manual_shows_the_table(self):
        manual = (pathlib.Path(__file__).parents[2] / "docs/detainerd.conf.5").read_text()
        rows = re.findall(r"^\.It Li (GET|POST) (\S+) (Ta .*)$", manual, re.M)
        shown = {(method, path.replace("\\&", "")): [role for role, cell in zip(ROLES, cells.split("Ta ")[1:], strict=True)
                                 if cell.strip() == "x"] for method, path, cells in rows}
        self.assertEqual(shown, table())


class RolesTest(AccessCase):
    def status(self, daemon, **who):
        [[status, text]] = self.ask(daemon, [["GET", "/v1/", None]], **who)
        return status, json.loads(text)

    def test_by_user_and_groups(self):
        daemon = self.start()
        for who, roles in ((dict(uid=FIRST_ID), ["records"]),
                           (dict(gid=FIRST_ID + 1), ["supervisor"]),
                           (dict(groups=[FIRST_ID + 7, FIRST_ID + 2]), ["auditor"]),
                           (dict(uid=FIRST_ID, groups=[FIRST_ID + 2, FIRST_ID + 3]),
                            ["records", "auditor", "monitor"]),
                           (dict(uid=0), ["admin"]),
                           (dict(uid=0, gid=FIRST_ID, groups=[FIRST_ID + 1]), ["records", "supervisor", "admin"]),
                           (dict(groups=range(FIRST_ID + 600, FIRST_ID + 900)), None),
                           (dict(groups=[*range(FIRST_ID + 600, FIRST_ID + 900), FIRST_ID]), ["records"])):
            with self.subTest(who=who):
                status, about = self.status(daemon, **who)
                self.assertEqual(status, 200 if roles else 403, about)
                if roles:
                    self.assertEqual(about["you"]["roles"], roles)

    def test_by_name(self):
        with Daemon('role "auditor" { users = {"nobody"} }\nrole "monitor" { groups = {"nogroup"} }\n') as daemon:
            os.chmod(daemon.dir, 0o755)
            self.assertEqual(self.status(daemon, uid=65534)[1]["you"]["roles"], ["auditor"])
            self.assertEqual(self.status(daemon, gid=65534)[1]["you"]["roles"], ["monitor"])

    def test_no_role_no_answer(self):
        daemon = self.start()
        for status, text in self.ask(daemon, [["GET", "/v1/", None], ["GET", "/healthz", None], ["GET", "/nowhere", None],
                                              ["POST", "/v1/holds", "{}"], ["DELETE", "/v1/holds", None]]):
            self.assertEqual((status, json.loads(text)["kind"]), (403, "forbidden"))
            self.assertIn(f"user {FIRST_ID + 500} has no role on this socket", text)

    def test_without_roles_only_root_and_the_daemons_user_have_any(self):
        with Daemon() as daemon:
            os.chmod(daemon.dir, 0o755)
            self.assertEqual(daemon.get("/v1/").json["you"]["roles"], list(ROLES))
            self.assertEqual(self.status(daemon)[0], 403)

    def test_a_reload_counts_for_connections_that_are_open(self):
        daemon = self.start()
        connection = daemon.connection()

        def roles():
            return unix_http.ask(connection, "GET", "/v1/").json["you"]["roles"]

        self.assertEqual(roles(), ["admin"])
        daemon.write_conf('role "courier" { users = {"0"} }\n')
        expect(200, daemon.post("/v1/reload"))
        self.assertEqual(roles(), ["courier", "admin"])
        connection.close()

    def test_a_body_that_is_not_let_in_is_read_past(self):
        """And not kept: the connection goes on."""
        daemon = self.start()
        answers = self.as_role(daemon, "monitor", ["POST", "/v1/holds", "x" * 60000], ["GET", "/healthz", None])
        self.assertEqual([status for status, _ in answers], [403, 200])


class SocketsTest(AccessCase):
    def start(self, roles='"monitor", "auditor"', **how):
        directory = harness.short_temporary_directory()
        self.addCleanup(shutil.rmtree, directory)
        os.chmod(directory, 0o755)
        self.reading = f"{directory}/read.sock"
        daemon = Daemon(self.roles() + f'listen "{self.reading}" {{ roles = {{{roles}}} }}\n', dir=directory, **how)
        self.enterContext(daemon)
        for path in (daemon.socket, self.reading):
            if how.get("socket_activation") and os.path.exists(path):
                os.chmod(path, 0o666)  # as detainerd.socket does
        return daemon

    def roles_on(self, daemon, socket, role):
        [[status, text]] = self.as_role(daemon, role, ["GET", "/v1/", None], socket=socket)
        return json.loads(text)["you"]["roles"] if status == 200 else status

    def check(self, daemon):
        for role in ROLES:
            self.assertEqual(self.roles_on(daemon, daemon.socket, role), [role])
            self.assertEqual(self.roles_on(daemon, self.reading, role),
                             [role] if role in ("monitor", "auditor") else 403)

    def test_only_some_roles_count_there(self):
        daemon = self.start()
        self.check(daemon)
        self.assertEqual(os.stat(self.reading).st_mode & 0o777, 0o666)
        self.assertEqual(daemon.stop(), 0)
        self.assertFalse(os.path.exists(self.reading))

    def test_a_reload_says_that_sockets_wait_for_a_start(self):
        daemon = self.start()
        daemon.write_conf(f'listen "{self.reading}" {{ roles = {{"monitor"}} }}\n')
        os.kill(daemon.pid, signal.SIGHUP)
        daemon.wait_stderr("listen has changed; that takes effect at the next start")

    def test_somebody_listens_there(self):
        daemon = self.start()
        other = Daemon(f'listen "{self.reading}" {{ roles = {{"monitor"}} }}\n', ready=False)
        with other:
            self.assertEqual(other.wait_exit(), 1)
            self.assertIn(f"{self.reading}: another program listens on this socket", other.stderr())
            self.assertFalse(os.path.exists(other.socket))
        self.check(daemon)

    def test_passed_by_the_service_manager(self):
        """In any order: their paths tell which is which."""
        for order in (("detainerd.sock", "read.sock"), ("read.sock", "detainerd.sock")):
            with self.subTest(order=order):
                self.check(self.start(socket_activation=order))

    def test_not_all_were_passed(self):
        for names in (("detainerd.sock",), ("detainerd.sock", "other.sock"),
                      ("detainerd.sock", "read.sock", "other.sock")):
            with self.subTest(names=names):
                daemon = self.start(socket_activation=names, ready=False)
                daemon.wait_stderr(f"{len(names)} descriptors were passed at start; what this daemon takes is 2 "
                                   "listening AF_UNIX stream sockets, one for `socket` and for each `listen`")
                self.assertEqual(daemon.wait_exit(), 1)


class QuotaTest(AccessCase):
    def test_connections_of_one_user_leave_room_for_others(self):
        daemon = self.start("max_connections_per_user = 4\n")
        mine = [self.enterContext(contextlib.closing(daemon.connection())) for _ in range(4)]
        for connection in mine:
            self.assertEqual(unix_http.ask(connection, "GET", "/healthz").status, 200)
        for _ in range(10):
            answer = unix_http.read_answer(self.enterContext(daemon.connect()))
            self.assertEqual((answer.status, answer.json["kind"]), (429, "too-many-requests"))
            self.assertEqual(answer.json["detail"],
                             "user 0 has 4 connections, as many as max_connections_per_user")
            self.assertEqual((answer.headers["Retry-After"], answer.headers["Connection"]), ("1", "close"))
        self.assertEqual(self.as_role(daemon, "records", ["GET", "/healthz", None])[0][0], 200)
        daemon.wait_stderr(f"refused a connection of uid 0, pid {os.getpid()}: user 0 has 4 connections")
        self.assertEqual(daemon.stderr().count("refused a connection"), 1)
        mine.pop().close()

        def is_let_in():
            try:
                return daemon.get("/healthz").status == 200
            except OSError:  # closed before the request was sent
                return False

        harness.wait_until(is_let_in, what="room for a connection")

    def test_curl_is_told(self):
        """Unless the connection is closed so early that curl takes it for none."""
        daemon = self.start("max_connections_per_user = 1\n")
        with contextlib.closing(daemon.connection()) as connection:
            self.assertEqual(unix_http.ask(connection, "GET", "/healthz").status, 200)

            def told():
                return "too-many-requests" in subprocess.run(
                    ["curl", "-s", "--unix-socket", daemon.socket, "http://detainerd/healthz"],
                    stdout=subprocess.PIPE, text=True, check=False).stdout

            harness.wait_until(told, what="an answer that says why")

    def test_requests_of_one_user(self):
        daemon = self.start("max_requests_per_user = 5\n")
        answers = self.as_role(daemon, "records", *[["GET", "/healthz", None]] * 200)
        statuses = [status for status, _ in answers]
        self.assertEqual(set(statuses), {200, 429})
        self.assertEqual(statuses[:5], [200] * 5)
        refused = json.loads(answers[statuses.index(429)][1])
        self.assertEqual(refused["kind"], "too-many-requests")
        self.assertIn(f"user {FIRST_ID} asks more than 5 times a second, which is max_requests_per_user", refused["detail"])
        self.assertEqual(self.as_role(daemon, "monitor", ["GET", "/healthz", None])[0][0], 200)
        self.assertEqual(daemon.stderr().count(f"refused a request of uid {FIRST_ID}, pid "), 1)

    def test_refusals_are_logged_once_a_minute_for_each_offender(self):
        daemon = self.start()
        for role in ("monitor", "auditor"):
            self.as_role(daemon, role, *[["POST", "/v1/holds/7/start", "{}"]] * 20)
        self.ask(daemon, [["GET", "/v1/holds?booking=SECRET", None], ["GET", "/nowhere", None]])
        lines = [line for line in daemon.stderr().splitlines() if "refused a request" in line]
        self.assertEqual(len(lines), 3, lines)
        self.assertRegex(lines[0], rf"refused a request of uid {FIRST_ID + 3}, pid \d+ for /v1/holds/{{id}}/{{command}}: "
                                   rf"this takes one of the roles records, supervisor; user {FIRST_ID + 3} has monitor$")
        self.assertRegex(lines[2], rf"uid {FIRST_ID + 500}, pid \d+ for /v1/holds: user {FIRST_ID + 500} has no role")


class PersonalTest(AccessCase):
    SECRETS = ("B-SECRET", '"age"', "because of", "a note", "felony conviction", "every detainer is honoured")

    def setUp(self):
        self.daemon = self.start()
        self.hold = self.as_supervisor("/v1/holds", booking="B-SECRET", facility="PIERCE", facts={"age": 34})["id"]
        self.as_supervisor(f"/v1/holds/{self.hold}/start")
        self.as_supervisor(f"/v1/holds/{self.hold}/note", text="a note")
        self.as_supervisor(f"/v1/holds/{self.hold}/release", reason="because of")

    def as_supervisor(self, path, **members):
        [[status, text]] = self.as_role(self.daemon, "supervisor", ["POST", path, json.dumps(members)])
        self.assertIn(status, (200, 201), text)
        return json.loads(text)

    def read(self, role):
        addresses = ("/v1/holds", f"/v1/holds/{self.hold}", "/v1/events", f"/v1/holds/{self.hold}/events")
        answers = self.as_role(self.daemon, role, *[["GET", address, None] for address in addresses])
        self.assertEqual([status for status, _ in answers], [200] * len(addresses))
        return [text for _, text in answers]

    def test_only_for_those_who_may_see_it(self):
        for role in ("records", "supervisor", "auditor"):
            for text in self.read(role):
                self.assertIn("B-SECRET", text)
        for role in ("monitor", "admin"):
            for text in self.read(role):
                for secret in self.SECRETS:
                    self.assertNotIn(secret, text)
                self.assertNotIn('"booking"', text)
        holds, hold, events, _ = map(json.loads, self.read("monitor"))
        self.assertEqual(holds["holds"][0]["state"], "released")
        self.assertIn("deadline_at", hold)
        self.assertEqual([e["kind"] for e in events["events"]],
                         ["hold.lodged", "hold.started", "hold.noted", "hold.released"])

    def test_what_is_hidden_cannot_be_asked_for(self):
        for role in ("monitor", "admin"):
            [[status, text]] = self.as_role(self.daemon, role, ["GET", "/v1/holds?booking=B-SECRET", None])
            self.assertEqual((status, json.loads(text)["kind"], json.loads(text)["field"]), (403, "forbidden", "booking"))
        [[status, _]] = self.as_role(self.daemon, "auditor", ["GET", "/v1/holds?booking=B-SECRET", None])
        self.assertEqual(status, 200)

    def test_detainerctl_does_without(self):
        def ctl(*words):
            return subprocess.run([DETAINERCTL, "--socket", self.daemon.socket, *map(str, words)], cwd="/", text=True,
                                  user=FIRST_ID + ROLES.index("monitor"), group=FIRST_ID + 500, extra_groups=[],
                                  capture_output=True, check=False)
        if ctl("--version").returncode != 0:
            self.skipTest("others may not run the program where it lies")
        self.assertRegex(ctl("show", self.hold).stdout, r"State +released")
        self.assertRegex(ctl("list", "--state", "released").stdout, r"1 +PIERCE +released")
        self.assertRegex(ctl("history", self.hold).stdout, r"hold 1  PIERCE  released")
        refused = ctl("note", self.hold, "--text", "x")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("this takes one of the roles records, supervisor; user ", refused.stderr)


if __name__ == "__main__":
    unittest.main()
