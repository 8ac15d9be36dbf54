"""What is measured, one function for each phase."""

import statistics
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from contenders import Contender
from processes import Process
from stub import Report, Stub

BODY = '{"type":"transform","payload":{"text":"hello"}}'
FAULTS = ("throttle", "error", "drop")


@dataclass
class Load:
    """What the load generator saw."""

    accepted: int
    refused: int
    seconds: float
    p50: float
    p99: float
    p999: float
    longest: float

    @property
    def rate(self) -> float:
        return self.accepted / self.seconds


@dataclass
class Cost:
    """What so many jobs cost one process, and AWS."""

    jobs: int
    seconds: float
    cpu: float
    calls: Report

    @property
    def cpu_microseconds(self) -> float:
        return self.cpu / self.jobs * 1e6

    @property
    def rate(self) -> float:
        return self.jobs / self.seconds


@dataclass
class Sample:
    """What two processes hold at a moment of a soak."""

    seconds: float
    rate: float
    api: float
    worker: float


class Bench:
    """A contender at work on a stub: the services on one core, stub and load on the other."""

    def __init__(self, contender: Contender, stub: Stub, load: Path, port: int, cores: tuple[int, int], logs: Path):
        self.contender = contender
        self.stub = stub
        self._load = load
        self._port = port
        self._cores = cores
        self._logs = logs / contender.name.split()[0].lower()

    def start_api(self) -> Process:
        api = self._start(self.contender.api, "api")
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self._port}/healthz", timeout=1)
                # Somebody else may have the port, and answer.
                time.sleep(1)
                if api.is_running:
                    return api
                break
            except (urllib.error.URLError, TimeoutError):
                if not api.is_running:
                    break
                time.sleep(0.1)
        raise RuntimeError(f"{self.contender.name}: the API does not start, see {api.log}")

    def start_worker(self, **environment: str) -> Process:
        return self._start(self.contender.worker, "worker", **environment)

    def _start(self, command: list[str], name: str, **more: str) -> Process:
        environment = self.stub.environment | self.contender.environment | more
        return Process(self._cores[0], command, environment, self._logs.with_suffix(f".{name}.log"))

    def submit(self, count: int, connections: int = 1, rate: int | None = None) -> Load:
        arguments = [str(self._port), "/jobs", BODY, str(connections), str(count), *([str(rate)] if rate else [])]
        command = ["taskset", "--cpu-list", str(self._cores[1]), str(self._load), *arguments]
        words = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
        return Load(int(words[0]), int(words[1]), *map(float, words[2:]))

    def measure_api(self, api: Process, connections: int) -> tuple[Load, Cost, Load]:
        """Full load, and then half of it."""
        full, cost = self.measure_submits(api, connections)
        return full, cost, self.submit(self.contender.jobs // 2, connections, rate=int(full.rate / 2))

    def measure_submits(self, api: Process, connections: int) -> tuple[Load, Cost]:
        """As many submits as the contender is given, after a fifth of them as a warm-up."""
        count = self.contender.jobs
        self.submit(count // 5, connections)
        before, cpu = self.stub.report(), api.cpu_seconds
        full = self.submit(count, connections)
        return full, Cost(count, full.seconds, api.cpu_seconds - cpu, self.stub.report().since(before))

    def measure_worker(self, worker: Process) -> Cost:
        """The rest of the backlog, after a fifth of it as a warm-up."""
        start = self.stub.report()
        left = self.backlog(start)
        self._await_deleted(start.deleted + left // 5, worker)
        before, cpu, begin = self.stub.report(), worker.cpu_seconds, time.monotonic()
        self._await_deleted(start.deleted + left, worker, until=0.98)
        seconds, report = time.monotonic() - begin, self.stub.report()
        cost = Cost(report.deleted - before.deleted, seconds, worker.cpu_seconds - cpu, report.since(before))
        self._await_deleted(start.deleted + left, worker)
        return cost

    def await_empty(self, worker: Process) -> None:
        """Waits until everything that was submitted is done."""
        self._await_deleted(self.stub.report().sent, worker)

    @staticmethod
    def backlog(report: Report) -> int:
        return report.sent - report.deleted

    def _await_deleted(self, count: int, worker: Process, until: float = 1, timeout: float = 600) -> None:
        deadline = time.monotonic() + timeout
        while self.stub.report().deleted < count * until:
            if not worker.is_running or time.monotonic() > deadline:
                raise RuntimeError(f"{self.contender.name}: the worker does not get done, see {worker.log}")
            time.sleep(0.05)

    def measure_starts(self, count: int) -> list[float]:
        """Milliseconds from the write of a job to its claim, one job at a time."""
        before = self.stub.report()
        for number in range(count):
            self.submit(1)
            deadline = time.monotonic() + 30
            while self.stub.report().since(before).deleted <= number and time.monotonic() < deadline:
                time.sleep(0.02)
        return sorted(start / 1000 for start in self.stub.report().since(before).startMicroseconds)

    def measure_idle(self, seconds: float) -> dict[str, float]:
        """Calls of an hour in which nothing happens, from those of a shorter time."""
        worker = self.start_worker()
        try:
            # What belongs to the start is over then.
            time.sleep(10)
            before = self.stub.report()
            time.sleep(seconds)
            operations = self.stub.report().since(before).operations
        finally:
            worker.stop()
        return {name: counts["calls"] * 3600 / seconds for name, counts in operations.items()}

    def measure_fault(self, operation: str, kind: str, worker: Process) -> str:
        """`ok` and when two jobs are done, or `stopped`, if the next call of an operation fails."""
        # A message whose receive was lost is hidden for 60 s, and the poll after that takes 20 s.
        timeout = 100 if (operation, kind) == ("ReceiveMessage", "drop") else 45
        before, begin = self.stub.report(), time.monotonic()
        self.stub.fail(operation, kind)
        refused = 0
        for done in (1, 2):
            load = self.submit(1)
            while load.refused:
                refused += 1
                load = self.submit(1)
            while self.stub.report().since(before).deleted < done:
                if not worker.is_running or time.monotonic() - begin > timeout:
                    return "stopped"
                time.sleep(0.02)
        took = time.monotonic() - begin
        return f"ok, {took:.1f} s" + (f", {refused} refused" if refused else "")

    def soak(self, api: Process, worker: Process, seconds: float) -> list[Sample]:
        """The memory of both under full load, again and again; each time the stub forgets what is done."""
        count = self.contender.jobs // 3
        samples: list[Sample] = []
        begin = time.monotonic()
        while time.monotonic() - begin < seconds:
            load = self.submit(count, 64)
            self.await_empty(worker)
            self.stub.forget()
            now = time.monotonic() - begin
            samples.append(Sample(now, load.rate, api.megabytes, worker.megabytes))
        return samples


def median(values: list[float]) -> float:
    return statistics.median(values) if values else float("nan")


def percentile(values: list[float], share: float) -> float:
    return values[int(share * (len(values) - 1))] if values else float("nan")
