"""Has jobsys and its floors take turns, and prints what a submit and a job cost each of them.

usage: turns.py BIN STUB LOAD FLOOR COUNTER [--jobs N] [--rounds N] [--at N...] [--page PATH]

CPU is user and system time of the whole process. The services are linked as shipped, the stub verifies signatures, and each
turn has a stub and processes of its own. Allocations are counted in turns of their own.
"""

import argparse
import os
import signal
import statistics
import struct
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from contenders import Contender, contenders, floors
from page import between_marks, machine, row
from phases import Bench
from stub import Stub

API_PORT, WORKER_PORT = 18080, 18081
MARKS = ("<!-- turns: begin -->", "<!-- turns: end -->")
KINDS = ("submit", "job")


@dataclass
class Turn:
    """What one turn found, by the kind of work."""

    cpu: dict[str, float] = field(default_factory=dict)
    allocations: dict[str, float] = field(default_factory=dict)
    calls: dict[str, dict[str, float]] = field(default_factory=dict)


class Turns:
    def __init__(self, options: argparse.Namespace, logs: Path) -> None:
        cores = sorted(os.sched_getaffinity(0))[:2]
        self._cores = (cores[0], cores[-1])
        self._options = options
        self._logs = logs
        own = contenders(options.bin, Path(), options.jobs, API_PORT, WORKER_PORT)[0]
        self.contenders = [own, *floors(options.floor, API_PORT)]

    def take(self, contender: Contender, concurrency: int, counts: bool = False) -> Turn:
        """One turn: so many submits at a time, and then their jobs in as many slots."""
        more = {"WORKER_CONCURRENCY": str(concurrency), "RECONCILER": "off"}
        counter = Path(tempfile.mkstemp(prefix="count.", dir=self._logs)[1])
        if counts:
            more |= {"LD_PRELOAD": str(self._options.counter), "ALLOCATION_COUNT": str(counter)}
        contender = replace(contender, environment=contender.environment | more, jobs=self._options.jobs)
        stub = Stub(self._options.stub, self._cores[1], "verified")
        turn = Turn()

        def note(kind: str, measure) -> None:
            before = counted(counter)
            cost = measure()
            turn.cpu[kind] = cost.cpu_microseconds
            turn.calls[kind] = {name: counts["calls"] / cost.jobs for name, counts in cost.calls.operations.items()}
            # The warm-up is in the count, so it is in the number, too.
            turn.allocations[kind] = (counted(counter) - before) / (contender.jobs * 1.2)

        try:
            bench = Bench(contender, stub, self._options.load, API_PORT, self._cores, self._logs)
            api = bench.start_api()
            try:
                note("submit", lambda: bench.measure_submits(api, concurrency)[1])
            finally:
                api.stop()
            counter.write_bytes(bytes(8))
            worker = bench.start_worker()
            try:
                note("job", lambda: bench.measure_worker(worker))
            finally:
                worker.stop()
        finally:
            stub.stop()
        return turn


def counted(file: Path) -> int:
    content = file.read_bytes()
    return struct.unpack("<Q", content)[0] if len(content) == 8 else 0


@dataclass
class Machine:
    """How busy the machine was with others, so that figures can be taken for what they are."""

    ticks: list[int]
    own: float

    @staticmethod
    def now() -> "Machine":
        line = Path("/proc/stat").read_text().splitlines()[0]
        times = os.times()
        own = times.user + times.system + times.children_user + times.children_system
        return Machine([int(word) for word in line.split()[1:]], own)

    def since(self, earlier: "Machine") -> str:
        ticks = [now - before for now, before in zip(self.ticks, earlier.ticks)]
        user, nice, system, idle, wait, irq, soft, steal = ticks[:8]
        total = sum(ticks[:8]) or 1
        own = (self.own - earlier.own) * os.sysconf("SC_CLK_TCK")
        others = max(0, user + nice + system + irq + soft - own)
        return f"{100 * others / total:.0f} % of its time was taken by others and {100 * steal / total:.0f} % stolen"


def report(options: argparse.Namespace, found: dict, counted: dict, busy: str) -> str:
    lines = [f"{machine()}; {busy}. {options.jobs} jobs a turn, medians of {options.rounds} turns.", ""]
    lines += [row(["at a time", "who", *(f"{kind}, us" for kind in KINDS), *(f"{kind}, x floor-curl" for kind in KINDS),
                   *(f"{kind}, allocations" for kind in KINDS)])]
    lines += [row(["---:", "---"] + ["---:"] * 6)]
    for concurrency in options.at:
        floor = {kind: median(found[concurrency, "floor-curl"], kind) for kind in KINDS}
        for who in dict.fromkeys(name for _, name in found):
            turns = found[concurrency, who]
            cells = [spread(turns, kind) for kind in KINDS]
            cells += [f"{median(turns, kind) / floor[kind]:.2f}" for kind in KINDS]
            cells += [f"{counted[concurrency, who].allocations[kind]:.0f}" for kind in KINDS]
            lines.append(row([str(concurrency), who, *cells]))
    lines.append("")
    for concurrency in options.at:
        calls = counted[concurrency, "jobsys"].calls
        text = ", ".join(f"{count:.2f} {name}" for kind in KINDS for name, count in calls[kind].items())
        lines.append(f"Calls of jobsys at {concurrency}: {text}.")
    return "\n".join(lines) + "\n"


def median(turns: list[Turn], kind: str) -> float:
    return statistics.median(turn.cpu[kind] for turn in turns)


def spread(turns: list[Turn], kind: str) -> str:
    """The median, and the quartiles around it."""
    values = [turn.cpu[kind] for turn in turns]
    if len(values) < 2:
        return f"{values[0]:.0f}"
    first, middle, third = statistics.quantiles(values, n=4, method="inclusive")
    return f"{middle:.0f} ({first:.0f} to {third:.0f})"


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("bin", "stub", "load", "floor", "counter"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--jobs", type=int, default=6000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--at", type=int, nargs="+", default=[16, 64])
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    # So that what was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    logs = Path(tempfile.mkdtemp(prefix="jobsys-turns."))
    print(f"    logs are in {logs}", file=sys.stderr)
    turns = Turns(options, logs)
    found: dict[tuple[int, str], list[Turn]] = {}
    begin = Machine.now()
    for number in range(options.rounds):
        for concurrency in options.at:
            for contender in turns.contenders:
                print(f"    round {number + 1}: {contender.name} at {concurrency}", file=sys.stderr, flush=True)
                found.setdefault((concurrency, contender.name), []).append(turns.take(contender, concurrency))
    busy = Machine.now().since(begin)
    counted = {(concurrency, contender.name): turns.take(contender, concurrency, counts=True)
               for concurrency in options.at for contender in turns.contenders}
    text = report(options, found, counted, busy)
    print(text)
    if options.page:
        between_marks(options.page, MARKS, text)


if __name__ == "__main__":
    main()
