"""Measures the pipeline, and writes a page of what was found.

usage: pipeline BIN BASELINE STUB LOAD PAGE [--jobs N] [--only NAME] [--short] [--soak]
"""

import argparse
import json
import os
import signal
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from contenders import contenders
from page import write_page
from phases import FAULTS, Bench
from stub import Stub

API_PORT, WORKER_PORT = 18080, 18081
CONNECTIONS = 64
SLOTS = (1, 4, 16, 64, 256)
STARTS, IDLE_SECONDS, SOAK_SECONDS = 100, 60, 600


def measure(bench: Bench, short: bool, soaks: bool) -> dict:
    """All phases of one contender."""

    def say(text: str) -> None:
        print(f"    {bench.contender.name}: {text}", file=sys.stderr, flush=True)

    found: dict = {"name": bench.contender.name, "queues": bench.contender.queues, "faults": {}}
    api = bench.start_api()
    try:
        # Before all else: the reconciler looks at every job once, a minute after it came.
        say("idle")
        found["idle"] = bench.measure_idle(21 if short else IDLE_SECONDS)
        say("submit")
        full, cost, half = bench.measure_api(api, CONNECTIONS)
        found["submit"] = asdict(full) | {"rate": full.rate}
        found["half"] = asdict(half) | {"rate": half.rate}
        found["api"] = describe(cost) | {"megabytes": api.peak_megabytes}
        worker = bench.start_worker()
        try:
            say("drain")
            cost = bench.measure_worker(worker)
            found["worker"] = describe(cost) | {"megabytes": worker.peak_megabytes}
            say("one at a time")
            found["starts"] = bench.measure_starts(10 if short else STARTS)
            found["faults"] = {}
            operations = sorted({*found["api"]["operations"], *found["worker"]["operations"]})
            if short and bench.contender.name != "jobsys":
                operations = []
            for operation in operations:
                for kind in FAULTS:
                    say(f"{operation}, {kind}")
                    result = bench.measure_fault(operation, kind, worker)
                    found["faults"].setdefault(operation, {})[kind] = result
                    if result == "stopped":
                        worker.stop()
                        worker = bench.start_worker()
                        bench.await_empty(worker)
            if soaks:
                say("soak")
                found["soak"] = [asdict(sample) for sample in bench.soak(api, worker, SOAK_SECONDS)]
        finally:
            worker.stop()
        found["slots"] = measure_slots(bench) if "WORKER_CONCURRENCY" in bench.contender.environment else {}
    finally:
        api.stop()
    return found


def measure_slots(bench: Bench) -> dict:
    """What a job costs a worker with so many slots."""
    found = {}
    for slots in SLOTS:
        # With one slot, each takes milliseconds.
        bench.submit(bench.contender.jobs // 5, CONNECTIONS)
        # It would come to the jobs of the phases before, which are old enough by now.
        worker = bench.start_worker(WORKER_CONCURRENCY=str(slots), RECONCILER="off")
        try:
            found[slots] = describe(bench.measure_worker(worker)) | {"megabytes": worker.peak_megabytes}
        finally:
            worker.stop()
    return found


def describe(cost) -> dict:
    """What a job costs a process."""
    return {
        "cpu": cost.cpu_microseconds,
        "rate": cost.rate,
        "calls": cost.calls.total("calls") / cost.jobs,
        "operations": {
            name: {key: value / cost.jobs for key, value in counts.items()}
            for name, counts in cost.calls.operations.items()
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=Path)
    parser.add_argument("baseline", type=Path)
    parser.add_argument("stub")
    parser.add_argument("load", type=Path)
    parser.add_argument("page", type=Path)
    parser.add_argument("--jobs", type=int, default=15000)
    parser.add_argument("--only")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--soak", action="store_true")
    options = parser.parse_args()
    # So that what was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    cores = sorted(os.sched_getaffinity(0))[:2]
    pair = (cores[0], cores[-1])
    logs = Path(tempfile.mkdtemp(prefix="jobsys-bench."))
    print(f"    logs are in {logs}", file=sys.stderr)
    found = []
    for contender in contenders(options.bin, options.baseline, options.jobs, API_PORT, WORKER_PORT):
        if options.only and options.only not in contender.name:
            continue
        stub = Stub(options.stub, pair[1])
        try:
            bench = Bench(contender, stub, options.load, API_PORT, pair, logs)
            found.append(measure(bench, options.short, options.soak and contender.name == "jobsys"))
        finally:
            stub.stop()
        # After each, so that what has been found is kept.
        write_page(options.page, found)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
