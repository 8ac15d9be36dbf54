"""An endpoint that runs jobs, as a WSGI application: what each path does is for the tests.

    endpoint.py [PORT]

It writes what it is asked and does to standard output, a line of JSON each; the first tells its port. Signatures are
verified by the library `standardwebhooks` with the secrets of ENDPOINT_SECRETS (comma-separated), and by botocore.
"""

import json
import os
import signal
import socketserver
import sys
import threading
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from standardwebhooks import Webhook, WebhookVerificationError

HEADERS = {
    "HTTP_X_AWS_SQSD_MSGID": "msgid", "HTTP_X_AWS_SQSD_QUEUE": "queue", "HTTP_USER_AGENT": "agent",
    "HTTP_X_AWS_SQSD_FIRST_RECEIVED_AT": "firstReceivedAt", "HTTP_X_AWS_SQSD_RECEIVE_COUNT": "receiveCount",
    "HTTP_TRACEPARENT": "traceparent", "HTTP_IDEMPOTENCY_KEY": "idempotencyKey", "HTTP_JOBSYS_JOB_ID": "jobId",
    "HTTP_JOBSYS_TYPE": "type", "HTTP_JOBSYS_ATTEMPT": "attempt", "HTTP_JOBSYS_MAX_ATTEMPTS": "maxAttempts",
    "HTTP_JOBSYS_DEADLINE": "deadline", "HTTP_WEBHOOK_ID": "webhookId", "HTTP_WEBHOOK_TIMESTAMP": "webhookTimestamp",
    "HTTP_X_TEAM": "team", "CONTENT_TYPE": "contentType",
}


def say(**line):
    print(json.dumps({"at": time.time()} | line), flush=True)


def application(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    payload = json.loads(body or b"null")
    path = environ["PATH_INFO"]
    job, attempt = environ.get("HTTP_JOBSYS_JOB_ID"), int(environ.get("HTTP_JOBSYS_ATTEMPT", "0"))
    say(event="request", path=path, job=job, attempt=attempt)
    status, headers, answer = "200 OK", {}, b""
    if path == "/echo":
        answer = json.dumps({name: environ.get(key) for key, name in HEADERS.items()} | {
            "method": environ["REQUEST_METHOD"], "body": body.decode(), "verified": verified(environ, body),
        }).encode()
        headers["Content-Type"] = "application/json"
    elif path == "/status":
        # The payload says what to answer in each attempt; the last goes for all later ones.
        said = payload["answers"][min(attempt, len(payload["answers"])) - 1]
        status = f"{said['status']} X"
        headers = said.get("headers", {})
        if "retryAtSeconds" in said:
            at = datetime.now(timezone.utc) + timedelta(seconds=said["retryAtSeconds"])
            headers["Retry-After"] = format_datetime(at, usegmt=True)
        answer = said.get("body", "").encode()
    elif path == "/gone":
        # As long as the file is there.
        if os.path.exists(payload["file"]):
            status, answer = "410 Gone", b"it has moved"
    elif path == "/signed":
        answer = b"signed" if is_signed(environ, body) else b"forged"
    elif path == "/slow":
        time.sleep(payload["seconds"])
    elif path == "/die":
        if attempt == 1:
            os.kill(os.getpid(), signal.SIGKILL)
    elif path == "/async":
        threading.Thread(target=work, args=(payload, environ["HTTP_JOBSYS_CALLBACK"], job), daemon=True).start()
        status, headers = "202 Accepted", {"Jobsys-Async": "true"}
    else:
        status = "404 Not Found"
    start_response(status, list(headers.items()) + [("Content-Length", str(len(answer)))])
    return [answer]


def verified(environ, body):
    """How many of the secrets verify the request."""
    fields = {f"webhook-{name}": environ.get(f"HTTP_WEBHOOK_{name.upper()}", "") for name in ("id", "timestamp", "signature")}
    count = 0
    for secret in os.environ.get("ENDPOINT_SECRETS", "").split(","):
        try:
            Webhook(secret).verify(body, fields)
            count += 1
        except WebhookVerificationError as error:
            say(event="unverified", error=str(error))
    return count


def is_signed(environ, body):
    """Whether botocore makes the same signature of what is said to be signed."""
    found = environ.get("HTTP_AUTHORIZATION", "")
    names = found.split("SignedHeaders=")[1].split(",")[0].split(";")
    variables = {"host": "HTTP_HOST", "content-type": "CONTENT_TYPE"}
    fields = {name: environ[variables.get(name, "HTTP_" + name.upper().replace("-", "_"))] for name in names}
    scope = found.split("Credential=")[1].split(",")[0].split("/")
    credentials = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    request = AWSRequest("POST", f"http://{environ['HTTP_HOST']}{environ['PATH_INFO']}", headers=fields, data=body)
    request.context["timestamp"] = environ["HTTP_X_AMZ_DATE"]
    signer = SigV4Auth(credentials, scope[3], scope[2])
    text = signer.string_to_sign(request, signer.canonical_request(request))
    say(event="signed", service=scope[3], region=scope[2])
    return found.endswith("Signature=" + signer.signature(text, request))


def work(payload, callback, job):
    """Works on a job: beats the heart, reports progress, and ends as the payload says, or as a heartbeat's answer does."""

    def call(verb, document=None):
        data = b"" if document is None else json.dumps(document).encode()
        request = urllib.request.Request(f"{callback}/{verb}", data=data, headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                status, text = response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
        except OSError as error:
            status, text = 0, str(error)
        say(event=verb, job=job, status=status, text=text)
        return json.loads(text).get("action") if status == 200 else None

    action = "continue"
    for _ in range(payload.get("heartbeats", 0)):
        action = call("heartbeat")
        if action != "continue":
            break
        time.sleep(0.2)
    if "progress" in payload:
        call("progress", {"fraction": payload["progress"], "message": "on the way"})
    if action == "cancel" or payload.get("silent"):
        return
    for verb in payload.get("end", ["complete"]):
        call(verb, payload.get("document", {"finishedAfter": action}))


class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True


class Handler(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


if __name__ == "__main__":
    with make_server("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0, application, Server, Handler) as server:
        say(event="listening", port=server.server_port)
        server.serve_forever()
