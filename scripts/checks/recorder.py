"""Stands between the services and an emulated AWS and writes down what each of them asks for.

    recorder.py <file> <service>=<port>...

One line for each request: service, action, and the table, index, queue, topic or parameter. A transaction counts as the actions that it
holds.
"""

import http.client
import http.server
import json
import os
import sys
import threading
import urllib.parse

FILE = open(sys.argv[1], "a", buffering=1)
AWS = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc
# How IAM calls what is called otherwise in the request.
BATCHES = {"SendMessageBatch", "DeleteMessageBatch", "ChangeMessageVisibilityBatch"}
ITEM_ACTIONS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


def grants(target, body):
    """The actions that the request needs, each with its resource."""
    if target is None:
        # A form: the query protocol, which SNS speaks.
        form = dict(urllib.parse.parse_qsl(body.decode()))
        return [(f"sns:{form['Action']}", form["TopicArn"].rsplit(":", 1)[1])]
    prefix, operation = target.split(".")
    document = json.loads(body)
    if prefix == "AmazonSQS":
        action = operation.removesuffix("Batch") if operation in BATCHES else operation
        return [(f"sqs:{action}", document["QueueUrl"].rsplit("/", 1)[1])]
    if prefix == "AmazonSSM":
        return [(f"ssm:{operation}", document.get("Name") or document["Path"])]
    if operation == "TransactWriteItems":
        actions = [(ITEM_ACTIONS[kind], write) for item in document["TransactItems"] for kind, write in item.items()]
        return [(f"dynamodb:{action}", write["TableName"]) for action, write in actions]
    if operation == "BatchGetItem":
        return [(f"dynamodb:{operation}", table) for table in document["RequestItems"]]
    index = f"/index/{document['IndexName']}" if "IndexName" in document else ""
    return [(f"dynamodb:{operation}", document["TableName"] + index)]


class Recorder(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        for action, resource in grants(self.headers["X-Amz-Target"], body):
            FILE.write(f"{self.server.service} {action} {resource}\n")
        connection = http.client.HTTPConnection(AWS, timeout=60)
        connection.request("POST", self.path, body, dict(self.headers))
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"connection", "content-length", "transfer-encoding", "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


threads = []
for pair in sys.argv[2:]:
    service, port = pair.split("=")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Recorder)
    server.daemon_threads = True
    server.service = service
    threads.append(threading.Thread(target=server.serve_forever))
    threads[-1].start()
for thread in threads:
    thread.join()
