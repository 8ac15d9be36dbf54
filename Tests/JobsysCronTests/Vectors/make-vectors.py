"""Writes cron.json: when expressions fire in 2025 to 2035 in five zones, as cronsim says.

    pip install cronsim==2.8 tzdata && python3 make-vectors.py

cronsim follows Debian's cron, in changes of the offset too. The zones' files are part of the vectors, so that the machine
that the tests run on may have other rules. An instant that cronsim names twice, because it fires at the end of a gap for
two times in it, counts once. No expression that follows the clock has a single minute: for those cronsim 2.8 leaves hours
out where clocks change by half an hour.
"""

import base64
import hashlib
import importlib.resources
import io
import json
import pathlib
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from cronsim import CronSim

# An hour; half an hour; none at all; winter as the exception; at midnight.
ZONES = ["America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Europe/Dublin", "America/Santiago"]

EXPRESSIONS = [
    "0 0 * * *",
    "0 2 * * *",
    "30 2 * * *",
    "15 1,2,3 * 3,4,9-11 *",
    "0,20,40 1-3 1-14 3-4,9-11 *",
    "30 0-3/2 * * sun",
    "0,30 * 1-14 3,4,9-11 *",
    "15,45 */3 1-14 3-4,9-11 *",
    "*/20 0-3 1-14 3,4,9-11 *",
    "*/15 1-2 * mar,oct sun",
    "5 0 1 */3 *",
    "0 12 L * *",
    "30 1 29 2 *",
    "0 0 * * 5L",
    "0 9 * * mon#1,wed#3",
    "45 23 13 * fri",
    "0 6 */10 * mon-fri",
    "10/25 4 1,15 jan-jun/2 0,7",
    "59 23 31 12 *",
    "0 1 1-7 * *",
]
# cronsim 2.8 leaves an hour out in these, where clocks change by half an hour; a look at each minute of a year finds it.
LEFT_OUT = {("Australia/Lord_Howe", "15,45 */3 1-14 3-4,9-11 *")}
YEARS = range(2025, 2036)


def instants(expression, zone):
    start = datetime(YEARS[0] - 1, 12, 31, 23, 59, 59, tzinfo=timezone.utc).astimezone(zone)
    last = None
    for moment in CronSim(expression, start):
        # Arithmetic on the clock: a time in a gap is the same instant as the one behind it.
        second = int(moment.timestamp())
        if datetime.fromtimestamp(second, timezone.utc).year not in YEARS:
            return
        if second != last:
            yield second
        last = second


def digests(expression, zone):
    """For each year how many there are, and what they are."""
    years = {year: [] for year in YEARS}
    for second in instants(expression, zone):
        years[datetime.fromtimestamp(second, timezone.utc).year].append(second)
    return [
        f"{len(seconds)}:" + hashlib.sha256(",".join(map(str, seconds)).encode()).hexdigest()[:8]
        for seconds in years.values()
    ]


def zone_file(name):
    return importlib.resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()


def main():
    zones = {name: zone_file(name) for name in ZONES}
    cases = []
    for name, content in zones.items():
        zone = ZoneInfo.from_file(io.BytesIO(content), key=name)
        for expression in EXPRESSIONS:
            if (name, expression) in LEFT_OUT:
                continue
            cases.append({"zone": name, "cron": expression, "years": digests(expression, zone)})
    document = {
        "firstYear": YEARS[0],
        "zones": {name: base64.b64encode(content).decode() for name, content in zones.items()},
        "cases": cases,
    }
    path = pathlib.Path(__file__).with_name("cron.json")
    path.write_text(json.dumps(document, indent=0, separators=(",", ":")) + "\n")
    print(f"{len(cases)} cases, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
