"""What the baseline's API and workers do to a job, with boto3 as its guide shows it."""

import hashlib
import json
import os
import uuid
from datetime import datetime, timezone

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

TABLE = os.environ["DDB_TABLE"]
QUEUE_URL = os.environ["SQS_QUEUE_URL"]

# One connection for each thread that may use the client at once.
CONFIG = Config(max_pool_connections=64)
sqs = boto3.client("sqs", config=CONFIG)
table = boto3.resource("dynamodb", config=CONFIG).Table(TABLE)


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


def create(type: str, payload: dict) -> dict:
    """Records a new job."""
    time = now()
    job = {
        "PK": f"JOB#{uuid.uuid4()}",
        "status": "PENDING",
        "type": type,
        "payload": json.dumps(payload),
        "payloadHash": hashlib.sha256(json.dumps(payload).encode()).hexdigest(),
        "tenant": "default",
        "attempts": 0,
        "maxAttempts": 4,
        "createdAt": time,
        "updatedAt": time,
        "timelineKey": f"default#{time[:10]}#0",
        "timelineSort": time,
    }
    table.put_item(Item=job, ConditionExpression="attribute_not_exists(PK)")
    return job


def send(job_id: str) -> None:
    """Tells the workers of a job."""
    sqs.send_message(QueueUrl=QUEUE_URL, MessageBody=json.dumps({"jobId": job_id}))


def run(job_id: str) -> None:
    """Claims a job, runs it and records the result; does nothing if somebody else has it."""
    try:
        claimed = table.update_item(
            Key={"PK": f"JOB#{job_id}"},
            UpdateExpression="SET #s = :running, startedAt = :now, updatedAt = :now ADD attempts :one",
            ConditionExpression="#s IN (:pending, :retrying)",
            ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues={
                ":running": "RUNNING", ":pending": "PENDING", ":retrying": "RETRYING", ":now": now(), ":one": 1,
            },
            ReturnValues="ALL_NEW",
        )["Attributes"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return
        raise
    text = json.loads(claimed["payload"])["text"]
    result = {"text": text.upper(), "sha256": hashlib.sha256(text.encode()).hexdigest(), "length": len(text)}
    table.update_item(
        Key={"PK": f"JOB#{job_id}"},
        UpdateExpression="SET #s = :succeeded, #r = :result, finishedAt = :now, updatedAt = :now",
        ConditionExpression="#s = :running",
        ExpressionAttributeNames={"#s": "status", "#r": "result"},
        ExpressionAttributeValues={
            ":succeeded": "SUCCEEDED", ":running": "RUNNING", ":result": json.dumps(result), ":now": now(),
        },
    )
