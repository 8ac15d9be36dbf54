"""The same jobs as tasks of Celery, with its SQS broker."""

import os
from urllib.parse import urlsplit

from celery import Celery

import jobs
from api import make_app

ENDPOINT = urlsplit(os.environ["AWS_ENDPOINT_URL"])

celery = Celery(broker=f"sqs://test:test@{ENDPOINT.netloc}")
celery.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_default_queue="jobs",
    broker_transport_options={
        "region": os.environ["AWS_REGION"],
        "is_secure": False,
        "wait_time_seconds": 20,
        "visibility_timeout": 60,
        "predefined_queues": {"jobs": {"url": jobs.QUEUE_URL}},
    },
)


@celery.task(name="run")
def run(job_id: str) -> None:
    jobs.run(job_id)


app = make_app(run.delay)
