"""What it costs svc-api to check an API key that it has seen before: CPU of a request with AUTH=required, less that of the
same request with AUTH=off.

usage: keys.py SVC_API STUB [--requests N] [--rounds N]

The request is one for a job whose id is none, which asks nothing of AWS. The two take turns, each with a process of its own
on one core; what is printed are medians of the turns, with their quartiles.
"""

import argparse
import os
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from processes import Process
from stub import Stub

PORT = 18082
AT_ONCE = 16


def make_key(executable: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [executable, "keys", "create", "--scopes", "jobs:read", "--tenant", "acme"],
        env=os.environ | environment, check=True, capture_output=True, text=True,
    )
    return done.stdout.strip()


def connect() -> socket.socket:
    for _ in range(600):
        try:
            return socket.create_connection(("127.0.0.1", PORT), timeout=30)
        except OSError:
            time.sleep(0.1)
    raise SystemExit("svc-api does not listen")


def ask(connection: socket.socket, request: bytes, count: int) -> None:
    """Sends the request so often, some at a time, and reads as many answers."""
    for _ in range(count // AT_ONCE):
        connection.sendall(request * AT_ONCE)
        answers = 0
        tail = b""
        while answers < AT_ONCE:
            heard = connection.recv(65536)
            assert heard, "svc-api has ended the connection"
            tail += heard
            answers += tail.count(b"HTTP/1.1 404 ")
            tail = tail[-12:]


def turn(executable: Path, environment: dict[str, str], key: str, count: int, cores: tuple[int, int], log: Path) -> float:
    """CPU in microseconds of one request."""
    process = Process(cores[0], [str(executable)], environment, log)
    try:
        connection = connect()
        request = f"GET /jobs/none HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
        ask(connection, request, count // 5)
        before = process.cpu_seconds
        ask(connection, request, count)
        return (process.cpu_seconds - before) / (count // AT_ONCE * AT_ONCE) * 1e6
    finally:
        process.stop()


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("executable", "stub"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--requests", type=int, default=40000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    available = sorted(os.sched_getaffinity(0))
    cores = (available[0], available[-1])
    stub = Stub(str(options.stub), cores[1])
    found: dict[str, list[float]] = {"off": [], "required": []}
    try:
        with tempfile.TemporaryDirectory() as folder:
            common = stub.environment | {"PORT": str(PORT), "HOST": "127.0.0.1", "STAGE": "dev", "LOG_LEVEL": "error"}
            key = make_key(options.executable, common)
            for _ in range(options.rounds):
                for auth, values in found.items():
                    environment = common | {"AUTH": auth}
                    values.append(turn(options.executable, environment, key, options.requests, cores, Path(folder) / "log"))
    finally:
        stub.stop()
    for auth, values in found.items():
        first, middle, third = statistics.quantiles(values, n=4, method="inclusive")
        print(f"AUTH={auth}: {middle:.1f} us a request ({first:.1f} to {third:.1f}), least {min(values):.1f}")
    difference = statistics.median(found["required"]) - statistics.median(found["off"])
    least = min(found["required"]) - min(found["off"])
    print(f"a key: {difference:.1f} us by the medians, {least:.1f} us by the least")


if __name__ == "__main__":
    main()
