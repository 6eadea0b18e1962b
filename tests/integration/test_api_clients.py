# SPDX-License-Identifier: ISC
"""The same API through clients of other make: curl, and node's http module."""

import json
import shutil
import subprocess
import unittest

import harness
from harness import DaemonCase, ago

NODE_SCRIPT = r"""
const http = require('http');
const [socketPath, booking, eligibleAt] = process.argv.slice(1);
const agent = new http.Agent({keepAlive: true, maxSockets: 1});

function ask(method, path, body) {
    return new Promise((resolve, reject) => {
        const text = body === undefined ? undefined : JSON.stringify(body);
        const headers = text === undefined ? {} :
            {'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text)};
        const request = http.request({socketPath, method, path, headers, agent}, response => {
            let data = '';
            response.setEncoding('utf8');
            response.on('data', chunk => data += chunk);
            response.on('end', () => resolve({status: response.statusCode, headers: response.headers,
                                              reused: request.reusedSocket, body: JSON.parse(data)}));
        });
        request.on('error', reject);
        request.end(text);
    });
}

(async () => {
    const answers = [await ask('POST', '/v1/holds', {booking, facility: 'PIERCE'})];
    const path = answers[0].headers.location;
    answers.push(await ask('POST', path + '/start', {eligible_at: eligibleAt, reason: 'bond_posted'}));
    answers.push(await ask('POST', path + '/serve'));
    answers.push(await ask('GET', path));
    answers.push(await ask('GET', path + '/events'));
    const after = answers[4].body.events.at(-1).seq;
    answers.push(await ask('GET', `/v1/events?after=${after}&wait=30`));
    console.log(JSON.stringify(answers));
    agent.destroy();
})();
"""


class Curl(DaemonCase):
    @classmethod
    def setUpClass(cls):
        if not shutil.which("curl"):
            raise unittest.SkipTest("curl is not installed")
        super().setUpClass()

    def curl(self, path, *arguments, data=None):
        """Returns status, headers as text, and body."""
        command = ["curl", "-sS", "-m", str(harness.patience(60)), "--unix-socket", self.daemon.socket,
                   "-D", "-", "-w", "%{stderr}%{http_code}", *arguments, f"http://detainerd{path}"]
        if data is not None:
            command += ["--data-binary", "@-"]
        done = subprocess.run(command, input=data, capture_output=True, timeout=harness.patience(90))
        self.assertEqual(done.returncode, 0, done.stderr)
        head, body = done.stdout.rsplit(b"\r\n\r\n", 1)
        return int(done.stderr), head.decode(), body.decode()

    def post(self, path, body, *arguments):
        return self.curl(path, "-H", "Content-Type: application/json", *arguments,
                         data=json.dumps(body).encode())

    def test_from_request_to_release(self):
        status, head, body = self.post("/v1/holds", {"booking": self.booking(), "facility": "PIERCE"})
        self.assertEqual(status, 201, body)
        path = f"/v1/holds/{json.loads(body)['id']}"
        self.assertIn(f"\r\nLocation: {path}\r\n", head + "\r\n")
        status, _, body = self.post(path + "/start", {"eligible_at": ago(hours=1)})
        self.assertEqual((status, json.loads(body)["state"]), (200, "held"))
        status, _, body = self.curl(path + "/release", "-X", "POST")
        self.assertEqual((status, json.loads(body)["state"]), (200, "released"))
        status, _, body = self.curl(path)
        self.assertEqual((status, json.loads(body)["state"]), (200, "released"))

    def test_its_default_media_type_is_refused(self):
        status, head, body = self.curl("/v1/holds", data=b'{"booking":"B","facility":"PIERCE"}')
        self.assertEqual((status, json.loads(body)["kind"]), (415, "unsupported-media-type"))
        self.assertIn("application/problem+json", head)

    def test_expect_continue(self):
        status, _, body = self.post("/v1/holds", {"booking": self.booking(), "facility": "PIERCE"},
                                    "-H", "Expect: 100-continue")
        self.assertEqual(status, 201, body)

    def test_chunked(self):
        status, _, body = self.post("/v1/holds", {"booking": self.booking(), "facility": "PIERCE"},
                                    "-H", "Transfer-Encoding: chunked")
        self.assertEqual(status, 201, body)

    def test_too_large(self):
        for extra in ([], ["-H", "Transfer-Encoding: chunked"], ["-H", "Expect: 100-continue"]):
            with self.subTest(extra):
                status, _, body = self.curl("/v1/holds", "-H", "Content-Type: application/json", *extra,
                                            data=b" " * 200_000)
                self.assertEqual((status, json.loads(body)["kind"]), (413, "too-large"))

    def test_head(self):
        status, _, _ = self.curl("/healthz", "-I")
        self.assertIn(status, (200, 405))

    def test_http_1_0(self):
        status, _, body = self.curl("/v1/", "--http1.0")
        self.assertEqual(status, 200)
        json.loads(body)

    def test_several_on_one_connection(self):
        urls = ["http://detainerd/healthz"] * 4
        done = subprocess.run(["curl", "-sS", "--unix-socket", self.daemon.socket, "-w",
                               "%{num_connects} ", "-o", "/dev/null", *urls],
                              capture_output=True, text=True, timeout=harness.patience(60))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.split()[:1], ["1"])


class Node(DaemonCase):
    @classmethod
    def setUpClass(cls):
        if not shutil.which("node"):
            raise unittest.SkipTest("node is not installed")
        super().setUpClass()

    def test_node(self):
        eligible_at = ago(hours=47, minutes=59, seconds=56)
        done = subprocess.run(["node", "-e", NODE_SCRIPT, self.daemon.socket, self.booking(),
                               eligible_at],
                              capture_output=True, text=True, timeout=harness.patience(60))
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = json.loads(done.stdout)
        self.assertEqual([answer["status"] for answer in answers], [201, 200, 409, 200, 200, 200])
        self.assertTrue(all(answer["reused"] for answer in answers[1:]), "keep-alive")
        created, started, refused, hold, history, polled = (answer["body"] for answer in answers)
        self.assertEqual([body["state"] for body in (created, started, hold)],
                         ["lodged", "held", "held"])
        self.assertEqual(refused["kind"], "illegal-transition")
        self.assertEqual(answers[3]["headers"]["etag"], f'"{hold["rev"]}"')
        self.assertEqual(history["events"][1]["eligible_at"], eligible_at)
        self.assertEqual({event["hold"] for event in polled["events"]}, {created["id"]})


if __name__ == "__main__":
    unittest.main()
