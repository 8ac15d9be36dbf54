"""An endpoint that runs jobs of the drill: what it does in each attempt stands in the payload.

    drill.py PORT

It writes what it is asked and what it is told to standard output, a line of JSON each; the first tells its port.
"""

import base64
import hashlib
import hmac
import json
import os
import signal
import socket
import struct
import sys
import threading
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = base64.b64decode(os.environ["DRILL_SECRET"].removeprefix("whsec_"))


def say(**line):
    # In one write: many threads say something, and the process may be killed at any time.
    os.write(1, (json.dumps(line) + "\n").encode())


class Job(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        steps = json.loads(body)["steps"]
        self.job, self.attempt = self.headers["Jobsys-Job-Id"], int(self.headers["Jobsys-Attempt"])
        self.callback = self.headers["Jobsys-Callback"]
        step = steps[min(self.attempt, len(steps)) - 1]
        say(event="request", job=self.job, attempt=self.attempt, id=self.headers["webhook-id"], step=step,
            signed=self.is_signed(body))
        name, _, argument = step.partition(" ")
        getattr(self, f"do_{name}", self.do_status)(argument or name)

    def is_signed(self, body):
        message = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + body
        signature = "v1," + base64.b64encode(hmac.digest(SECRET, message, hashlib.sha256)).decode()
        return signature in self.headers["webhook-signature"].split()

    # What an attempt may do.

    def do_ok(self, _):
        self.answer(200, {"attempt": self.attempt})

    def do_slow(self, seconds):
        time.sleep(float(seconds))
        self.do_ok(None)

    def do_status(self, status):
        self.answer(int(status), {"message": "as the drill wants"})

    def do_limit(self, seconds):
        self.answer(429, {}, {"Retry-After": seconds})

    def do_until(self, seconds):
        at = datetime.now(timezone.utc) + timedelta(seconds=float(seconds))
        self.answer(429, {}, {"Retry-After": format_datetime(at, usegmt=True)})

    def do_busy(self, seconds):
        self.answer(503, {}, {"Retry-After": seconds})

    def do_reset(self, _):
        """The connection breaks before there is an answer."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def do_half(self, _):
        """The connection ends within the answer."""
        self.answer(200, {"attempt": self.attempt}, {"Content-Length": "1000"})
        self.close_connection = True

    def do_die(self, _):
        os.kill(os.getpid(), signal.SIGKILL)

    def do_silent(self, _):
        """Says nothing more, and then, when the run must have been given up, that it is done."""
        self.later(lambda: (time.sleep(6), self.call("complete", {"attempt": -2}, stale=True)))

    def do_async(self, _):
        def work():
            for _ in range(5):
                self.call("heartbeat")
                time.sleep(0.3)
            self.call("progress", {"fraction": 0.5, "message": "half of it"})
            self.end()

        self.later(work)

    def do_early(self, _):
        """What it says by a call counts, although the request's own answer never comes."""
        self.end()
        self.do_reset(None)

    def do_fail(self, name):
        self.later(lambda: self.call("fail", {"class": name, "message": "as the drill wants"}))

    def end(self):
        """Ends the run, and says other things when that was taken, which must not count."""
        if self.call("complete", {"attempt": self.attempt}) == 204:
            self.call("complete", {"attempt": -1})
            self.call("fail", {"class": "VALIDATION"})

    # How it does that.

    def later(self, work):
        self.answer(202, {}, {"Jobsys-Async": "true"})
        threading.Thread(target=work, daemon=True).start()

    def answer(self, status, document, headers={}):
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json", "Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def call(self, verb, document=None, stale=False):
        """Calls the run's worker; a status of 0 stands for one that cannot be reached."""
        data = b"" if document is None else json.dumps(document).encode()
        request = urllib.request.Request(f"{self.callback}/{verb}", data, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                status = response.status
        except urllib.error.HTTPError as error:
            status = error.code
        except OSError:
            status = 0
        say(event="call", job=self.job, attempt=self.attempt, url=self.callback, verb=verb, status=status, stale=stale)
        return status


class Server(ThreadingHTTPServer):
    request_queue_size = 128


if __name__ == "__main__":
    server = Server(("127.0.0.1", int(sys.argv[1])), Job)
    say(event="listening", port=server.server_port)
    server.serve_forever()
