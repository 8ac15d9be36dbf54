"""Counts what a submit and a job allocate, and holds it against allocations.json.

    allocations.py <folder of the executables> [--write]

Needs an AWS, of which AWS_ENDPOINT_URL tells, and clang. The counts are those of a debug build: what an optimizer removes is
in them, and what somebody adds shows all the same. They are the same from run to run to a hundredth, and differ between
compilers: with another Swift than that of the file they are printed, not judged. --write takes them down.
"""

import http.client
import json
import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time

import botocore.session

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIGURES = pathlib.Path(__file__).with_suffix(".json")
TOLERANCE = 0.05
WARM_UP, COUNTED = 30, 100
BODY = json.dumps({"type": "transform", "payload": {"text": "hello"}})


def main():
    binaries = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        counted = count(binaries, pathlib.Path(folder))
    counted["swift"] = swift_version()
    if "--write" in sys.argv[2:]:
        FIGURES.write_text(json.dumps(counted, indent=4) + "\n")
    known = json.loads(FIGURES.read_text())
    print(f"allocations: {counted['submit']} per submit, {counted['job']} per job; "
          f"{FIGURES.name} has {known['submit']} and {known['job']}")
    if known["swift"] != counted["swift"]:
        print(f"allocations: not judged, for {FIGURES.name} is of Swift {known['swift']} and this is {counted['swift']}")
        return
    for what in ("submit", "job"):
        if counted[what] > known[what] * (1 + TOLERANCE):
            sys.exit(f"a {what} allocates {counted[what]} times instead of {known[what]}; if that has to be: --write")
        if counted[what] < known[what] * (1 - TOLERANCE):
            sys.exit(f"a {what} allocates {counted[what]} times instead of {known[what]}; to keep it so: --write")


def count(binaries, folder):
    counter = folder / "counter.so"
    subprocess.run(
        ["clang", "-shared", "-fPIC", "-O2", "-o", counter, ROOT / "Benchmarks" / "AllocationCounter" / "counter.c"],
        check=True,
    )
    environment = data_plane() | {"LD_PRELOAD": str(counter), "RECONCILER": "off", "WORKER_CONCURRENCY": "1"}
    with Service(binaries / "svc-api", environment, folder) as api:
        submit(api.port, WARM_UP)
        before = api.allocations
        submit(api.port, COUNTED)
        per_submit = (api.allocations - before) / COUNTED
    with Service(binaries / "svc-worker", environment, folder) as worker:
        worker.await_done(WARM_UP)
        first, before = worker.done, worker.allocations
        worker.await_done(WARM_UP + COUNTED - 10)
        per_job = (worker.allocations - before) / (worker.done - first)
    return {"submit": round(per_submit), "job": round(per_job)}


class Service:
    """A service with the counter in it."""

    def __init__(self, executable, environment, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._count = folder / f"{executable.name}.count"
        self._log = folder / f"{executable.name}.log"
        environment = os.environ | environment | {"PORT": str(self.port), "ALLOCATION_COUNT": str(self._count)}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen([executable], env=environment, stdout=log, stderr=log)

    def __enter__(self):
        self._await(self._answers, 60)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        try:
            self._process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def allocations(self):
        return struct.unpack("<Q", self._count.read_bytes())[0]

    @property
    def done(self):
        """How many jobs have succeeded."""
        return self._log.read_bytes().count(b'"msg":"job succeeded"')

    def await_done(self, number):
        self._await(lambda: self.done >= number, 120)

    def _answers(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def _await(self, condition, seconds):
        deadline = time.monotonic() + seconds
        while not condition():
            if self._process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"{self._process.args[0].name} did not get there:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.01)


def submit(port, number):
    """One after the other, over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(number):
        connection.request("POST", "/jobs", BODY, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 202:
            sys.exit(f"POST /jobs was answered with {answer.status}: {text[:500]}")
    connection.close()


def data_plane():
    """A table and queues of this check's own."""
    session = botocore.session.get_session()
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    name = f"allocations-{os.getpid()}"
    template = (ROOT / "infra" / "cloudformation" / "data-plane.yaml").read_text()
    formation = session.create_client("cloudformation", endpoint_url=endpoint)
    formation.create_stack(
        StackName=name, TemplateBody=template, Parameters=[{"ParameterKey": "NamePrefix", "ParameterValue": name}]
    )
    formation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    outputs = formation.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
    values = {output["OutputKey"]: output["OutputValue"] for output in outputs}
    return {
        "DDB_TABLE": values["JobsTableName"],
        "SQS_QUEUE_URL": values["JobsQueueUrl"],
        "SQS_DLQ_URL": values["JobsDlqUrl"],
        "SQS_FIFO_QUEUE_URL": values["JobsFifoQueueUrl"],
        "SQS_FIFO_DLQ_URL": values["JobsFifoDlqUrl"],
    }


def swift_version():
    text = subprocess.run(["swift", "--version"], check=True, capture_output=True, text=True).stdout
    return re.search(r"Swift version (\S+)", text)[1]


if __name__ == "__main__":
    main()
