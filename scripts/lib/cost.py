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


def read(url: str) -> Counter[tuple[str, str, str]]:
    """What a service has counted since its start, by service, operation and what was counted."""
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/stats", timeout=10) as answer:
            calls = json.load(answer)["calls"]
    except (urllib.error.URLError, TimeoutError) as error:
        sys.exit(f"error: {url}/stats does not answer: {error}")
    return Counter(
        {(call["service"], call["operation"], key): call[key] for call in calls for key in ("requests", "capacityUnits")}
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
    jobs = counted["dynamodb", "PutItem", "requests"]
    scale, unit = (1e6 / jobs, "million jobs") if jobs else (MONTH / seconds, "idle month")
    print(f"{table['region']}, prices of {table['date']}: {int(jobs)} jobs in {seconds:.0f} s")
    print(f"{'operation':32} {'requests':>14} {'units':>14} {'USD':>10}   per {unit}")
    total = 0.0
    for service, operation in sorted({key[:2] for key in counted}):
        requests = counted[service, operation, "requests"] * scale
        units = counted[service, operation, "capacityUnits"] * scale
        price = dollars(service, operation, requests, units, table["perMillion"])
        total += price
        print(f"{service + ' ' + operation:32} {requests:14,.0f} {units:14,.0f} {price:10.4f}")
    print(f"{'together':32} {'':14} {'':14} {total:10.4f}")


if __name__ == "__main__":
    main()
