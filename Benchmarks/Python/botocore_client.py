"""The same calls by botocore, which is what boto3's clients are made of.

Usage: botocore_client.py ENDPOINT WORKLOAD BODY_FILE CONCURRENCY WARM_UP COUNT

Prints the microseconds of CPU per request and the requests per second; one thread for each request at a time.
"""

import json
import resource
import sys
import threading
import time

import botocore.config
import botocore.session

SERVICES = {"SendMessage": "sqs", "ReceiveMessage": "sqs", "PutItem": "dynamodb", "GetItem": "dynamodb"}
METHODS = {
    "SendMessage": "send_message",
    "ReceiveMessage": "receive_message",
    "PutItem": "put_item",
    "GetItem": "get_item",
}


def run(call, parameters, concurrency, count):
    def work(share):
        for _ in range(share):
            call(**parameters)

    threads = [
        threading.Thread(target=work, args=(count // concurrency + (number < count % concurrency),))
        for number in range(concurrency)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main():
    endpoint, workload, body = sys.argv[1:4]
    concurrency, warm_up, count = map(int, sys.argv[4:7])
    client = botocore.session.get_session().create_client(
        SERVICES[workload],
        region_name="eu-central-1",
        endpoint_url=endpoint,
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        config=botocore.config.Config(max_pool_connections=concurrency, retries={"total_max_attempts": 1}),
    )
    with open(body, encoding="utf-8") as file:
        parameters = json.load(file)
    call = getattr(client, METHODS[workload])
    run(call, parameters, concurrency, warm_up)
    cpu_before, wall_before = cpu(), time.monotonic()
    run(call, parameters, concurrency, count)
    print(f"{(cpu() - cpu_before) * 1e6 / count:.2f} {count / (time.monotonic() - wall_before):.0f}")


main()
