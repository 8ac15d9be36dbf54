"""The worker: 16 threads, each of which receives, runs and deletes."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor

import jobs

THREADS = 16


def consume() -> None:
    while True:
        try:
            answer = jobs.sqs.receive_message(
                QueueUrl=jobs.QUEUE_URL, MaxNumberOfMessages=10, WaitTimeSeconds=20, VisibilityTimeout=60
            )
            for message in answer.get("Messages", []):
                job_id = json.loads(message["Body"])["jobId"]
                jobs.run(job_id)
                jobs.sqs.delete_message(QueueUrl=jobs.QUEUE_URL, ReceiptHandle=message["ReceiptHandle"])
                logging.info("job succeeded", extra={"jobId": job_id})
        except Exception:
            logging.exception("a message comes back")


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    with ThreadPoolExecutor(THREADS) as executor:
        for _ in range(THREADS):
            executor.submit(consume)
