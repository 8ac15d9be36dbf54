"""Prices the requests that services make to AWS in a time.

usage: cost.py PRICES SECONDS URL...
"""

import json
import sys
import time
import urllib.error
import urllib.request
from collections import Counter

READS = {"GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan"}
MONTH = 730 * 3600


# What was counted, by service, operation, type of jobs (none for all together) and what it is.
Counts = Counter[tuple[str, str, str, str]]


def read(url: str) -> Counts:
    """What a service has counted since its start."""
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/stats", timeout=10) as answer:
            calls = json.load(answer)["calls"]
    except (urllib.error.URLError, TimeoutError) as error:
        sys.exit(f"error: {url}/stats does not answer: {error}")
    return Counter(
        {
            (call["service"], call["operation"], kind, key): bill[key]
            for call in calls
            for kind, bill in {"": call, **call["tags"]}.items()
            for key in ("requests", "capacityUnits")
        }
    )


def dollars(service: str, operation: str, requests: float, units: float, prices: dict[str, float]) -> float:
    """The price of so many requests that consumed so many units."""
    if service == "dynamodb":
        return units * prices["dynamodbReadUnit" if operation in READS else "dynamodbWriteUnit"] / 1e6
    return requests * prices["sqsRequest"] / 1e6 if service == "sqs" else 0


def main() -> None:
    table = json.load(open(sys.argv[1]))
    seconds, urls = float(sys.argv[2]), sys.argv[3:]
    before = [read(url) for url in urls]
    time.sleep(seconds)
    counted = sum((read(url) - old for url, old in zip(urls, before)), Counter())

    # Every submission is one put, and there is no other one but an incident's.
    jobs = counted["dynamodb", "PutItem", "", "requests"]
    scale, unit = (1e6 / jobs, "million jobs") if jobs else (MONTH / seconds, "idle month")
    print(f"{table['region']}, prices of {table['date']}: {int(jobs)} jobs in {seconds:.0f} s")
    print(f"{'operation':32} {'requests':>14} {'units':>14} {'USD':>10}   per {unit}")
    total = 0.0
    operations = sorted({key[:2] for key in counted})
    for service, operation in operations:
        requests = counted[service, operation, "", "requests"] * scale
        units = counted[service, operation, "", "capacityUnits"] * scale
        price = dollars(service, operation, requests, units, table["perMillion"])
        total += price
        print(f"{service + ' ' + operation:32} {requests:14,.0f} {units:14,.0f} {price:10.4f}")
    print(f"{'together':32} {'':14} {'':14} {total:10.4f}")

    for kind in sorted({kind for _, _, kind, _ in counted if kind}):
        own = {operation: (counted[*operation, kind, "requests"], counted[*operation, kind, "capacityUnits"])
               for operation in operations}
        if submitted := own.get(("dynamodb", "PutItem"), (0, 0))[0]:
            price = sum(dollars(*operation, *bill, table["perMillion"]) for operation, bill in own.items())
            heading = f"of {int(submitted)} jobs of type {kind}, without what is shared:"
            print(f"{heading:62} {price * 1e6 / submitted:10.4f}   per million")


if __name__ == "__main__":
    main()
