"""Writes what was measured as a page."""

import json
import platform
from datetime import date
from pathlib import Path

from phases import median, percentile

ROOT = Path(__file__).resolve().parents[2]
PRICES = json.loads((ROOT / "infra" / "prices.json").read_text())
NAMES = ("jobsys", "FastAPI + boto3", "Celery on SQS")
# What is measured, how it is found, how it is written, and what we aim at; ratios are above one where jobsys is better.
ROWS = (
    ("api: CPU per submit, us", lambda f: f["api"]["cpu"], "{:.0f}", "<= 100", False),
    ("worker: CPU per no-op job, us", lambda f: f["worker"]["cpu"], "{:.0f}", "<= 95", False),
    ("api: submits per second", lambda f: f["submit"]["rate"], "{:.0f}", "", True),
    ("api: p50 at full load, ms", lambda f: f["submit"]["p50"] / 1000, "{:.2f}", "", False),
    ("api: p99 at full load, ms", lambda f: f["submit"]["p99"] / 1000, "{:.2f}", "", False),
    ("api: p99.9 at full load, ms", lambda f: f["submit"]["p999"] / 1000, "{:.2f}", "", False),
    ("api: p50 at half load, ms", lambda f: f["half"]["p50"] / 1000, "{:.2f}", "", False),
    ("api: p99 at half load, ms", lambda f: f["half"]["p99"] / 1000, "{:.2f}", "< 10", False),
    ("api: p99.9 at half load, ms", lambda f: f["half"]["p999"] / 1000, "{:.2f}", "", False),
    ("worker: jobs per second", lambda f: f["worker"]["rate"], "{:.0f}", "", True),
    ("enqueue to start, idle, p50, ms", lambda f: median(f["starts"]), "{:.2f}", "< 10", False),
    ("enqueue to start, idle, p99, ms", lambda f: percentile(f["starts"], 0.99), "{:.2f}", "", False),
    ("api: peak memory, MB", lambda f: f["api"]["megabytes"], "{:.0f}", "< 60", False),
    ("worker: peak memory, MB", lambda f: f["worker"]["megabytes"], "{:.0f}", "< 60", False),
    ("api: AWS calls per job", lambda f: f["api"]["calls"], "{:.2f}", "<= 1.15", False),
    ("worker: AWS calls per job", lambda f: f["worker"]["calls"], "{:.2f}", "<= 2.3", False),
    ("write units per job", lambda f: units(f, "writeUnits"), "{:.2f}", "4", False),
    ("AWS, USD per million jobs", lambda f: dollars(f), "{:.2f}", "", False),
    ("idle: receives per hour, each queue", lambda f: f["idle"].get("ReceiveMessage", 0) / f["queues"], "{:.0f}", "<= 180", False),
    ("idle: AWS calls per hour", lambda f: sum(f["idle"].values()), "{:.0f}", "", False),
)


def units(found: dict, key: str) -> float:
    return sum(op[key] for side in ("api", "worker") for op in found[side]["operations"].values())


def dollars(found: dict) -> float:
    """What AWS bills for a million jobs, without what they store."""
    prices = PRICES["perMillion"]
    operations = [op for side in ("api", "worker") for op in found[side]["operations"].items()]
    sqs = sum(op["calls"] for name, op in operations if name.endswith(("Message", "Batch", "QueueAttributes")))
    return (
        sqs * prices["sqsRequest"]
        + units(found, "writeUnits") * prices["dynamodbWriteUnit"]
        + units(found, "readUnits") * prices["dynamodbReadUnit"]
    )


def write_page(path: Path, found: list[dict]) -> None:
    """Writes what was measured into the page."""
    between_marks(path, ("<!-- measured: begin -->", "<!-- measured: end -->"), measured(found))


def between_marks(path: Path, marks: tuple[str, str], content: str) -> None:
    """Replaces the part of the page that is between the marks, or adds them with it."""
    begin, end = marks
    text = path.read_text() if path.exists() else "# Benchmarks\n"
    if begin not in text:
        text += f"\n{begin}\n{end}\n"
    head, _, rest = text.partition(begin)
    path.write_text(f"{head}{begin}\n{content}{end}{rest.partition(end)[2]}")


def measured(found: list[dict]) -> str:
    contenders = {one["name"]: one for one in found}
    others = [name for name in NAMES if name in contenders and name != "jobsys"]
    lines = [f"{date.today()}, {machine()}.", ""]
    columns = ["", *(f"x {name}" for name in others), *(name for name in NAMES if name in contenders), "aim"]
    lines += [row(columns), row(["---"] + ["---:"] * (len(columns) - 1))]
    for title, value, form, aim, more_is_better in ROWS:
        values = {name: value(one) for name, one in contenders.items()}
        ratios = [ratio(values.get("jobsys"), values[name], more_is_better) for name in others]
        lines.append(row([title, *ratios, *(form.format(values[name]) for name in NAMES if name in values), aim]))
    for one in found:
        if one["slots"]:
            lines += ["", f"## {one['name']}: worker by its slots", "", *slots(one)]
        lines += ["", f"## {one['name']}: calls of a job", "", *operations(one)]
        if one.get("soak"):
            lines += ["", f"## {one['name']}: ten minutes of full load", "", *soak(one["soak"])]
        if one["faults"]:
            lines += ["", f"## {one['name']}: after one fault", "", *faults(one)]
    return "\n".join(lines) + "\n"


def slots(found: dict) -> list[str]:
    lines = [row(["slots", "jobs per second", "CPU per job, us", "calls per job", "peak MB"]), row(["---:"] * 5)]
    for count, cost in found["slots"].items():
        figures = (f"{cost['rate']:.0f}", f"{cost['cpu']:.0f}", f"{cost['calls']:.2f}", f"{cost['megabytes']:.0f}")
        lines.append(row([str(count), *figures]))
    return lines


def operations(found: dict) -> list[str]:
    lines = [row(["process", "operation", "calls", "write units", "read units"]), row(["---", "---", *["---:"] * 3])]
    for side in ("api", "worker"):
        for name, op in found[side]["operations"].items():
            lines.append(row([side, name, *(f"{op[key]:.3f}" for key in ("calls", "writeUnits", "readUnits"))]))
    return lines


def soak(samples: list[dict]) -> list[str]:
    """One line for each minute."""
    lines = [row(["minute", "submits per second", "api, MB", "worker, MB"]), row(["---:"] * 4)]
    minutes: dict[int, list[dict]] = {}
    for sample in samples:
        minutes.setdefault(int(sample["seconds"] // 60) + 1, []).append(sample)
    for minute, those in minutes.items():
        rate = sum(sample["rate"] for sample in those) / len(those)
        most = (max(sample[side] for sample in those) for side in ("api", "worker"))
        lines.append(row([str(minute), f"{rate:.0f}", *(f"{megabytes:.0f}" for megabytes in most)]))
    return lines


def faults(found: dict) -> list[str]:
    lines = [row(["operation", "throttled", "500", "dropped"]), row(["---"] * 4)]
    for name, kinds in found["faults"].items():
        lines.append(row([name, *(kinds.get(kind, "") for kind in ("throttle", "error", "drop"))]))
    return lines


def ratio(own: float | None, other: float, more_is_better: bool) -> str:
    if not own or not other:
        return ""
    return f"{own / other if more_is_better else other / own:.1f}"


def row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def machine() -> str:
    text = Path("/proc/cpuinfo").read_text()
    model = next((line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")), "?")
    cores = text.count("processor\t")
    load = Path("/proc/loadavg").read_text().split()[0]
    return f"{cores} cores of {model}, Linux {platform.release()}, load average {load} at the end"
