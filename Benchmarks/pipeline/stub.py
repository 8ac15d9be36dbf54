"""The stub of SQS and DynamoDB, from outside."""

import json
import subprocess
import urllib.request
from dataclasses import dataclass, field

TABLE = "jobs"
QUEUES = ("jobs", "jobs-dlq", "jobs-fifo.fifo", "jobs-fifo-dlq.fifo")
INDEXES = {"timeline": ("timelineKey", "timelineSort"), "incidents": ("incidentKey", "incidentSort"),
           "tenant": ("tenantKey", "tenantSort"), "due": ("dueKey", "dueSort"),
           "directory": ("kind", "kindSort")}


@dataclass
class Report:
    """What the stub has counted since the last reset."""

    operations: dict[str, dict[str, float]] = field(default_factory=dict)
    sent: int = 0
    deleted: int = 0
    startMicroseconds: list[int] = field(default_factory=list)

    def calls(self, operation: str) -> int:
        return int(self.operations.get(operation, {}).get("calls", 0))

    def since(self, earlier: "Report") -> "Report":
        operations = {
            name: {key: value - earlier.operations.get(name, {}).get(key, 0) for key, value in counts.items()}
            for name, counts in self.operations.items()
        }
        return Report(
            {name: counts for name, counts in operations.items() if counts["calls"]},
            self.sent - earlier.sent,
            self.deleted - earlier.deleted,
            self.startMicroseconds[len(earlier.startMicroseconds):],
        )

    def total(self, key: str) -> float:
        return sum(counts[key] for counts in self.operations.values())


class Stub:
    """A stub with the table and the queues of the data plane."""

    def __init__(self, executable: str, core: int, mode: str = "memory") -> None:
        self._process = subprocess.Popen(
            ["taskset", "--cpu-list", str(core), executable, mode], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        self.port = int(self._process.stdout.readline())
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._make_data_plane()

    @property
    def environment(self) -> dict[str, str]:
        """What a service needs to find it."""
        url = f"{self.endpoint}/000000000000/"
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
            "DDB_TABLE": TABLE,
            "SQS_QUEUE_URL": url + QUEUES[0],
            "SQS_DLQ_URL": url + QUEUES[1],
            "SQS_FIFO_QUEUE_URL": url + QUEUES[2],
            "SQS_FIFO_DLQ_URL": url + QUEUES[3],
        }

    def call(self, target: str, **input: object) -> dict:
        request = urllib.request.Request(
            self.endpoint, json.dumps(input).encode(), {"X-Amz-Target": target, "Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def report(self) -> Report:
        return Report(**self.call("Stub.Report"))

    def fail(self, operation: str, kind: str) -> None:
        """Has the next call of an operation fail."""
        self.call("Stub.Fault", operation=operation, kind=kind)

    def forget(self) -> None:
        """Forgets all items and all counts."""
        self.call("DynamoDB_20120810.DeleteTable", TableName=TABLE)
        self._make_table()
        self.call("Stub.Reset")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _make_data_plane(self) -> None:
        self._make_table()
        for queue in QUEUES:
            self.call("AmazonSQS.CreateQueue", QueueName=queue, Attributes={"VisibilityTimeout": "180"})

    def _make_table(self) -> None:
        def schema(partition: str, sort: str) -> list[dict]:
            return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]

        self.call(
            "DynamoDB_20120810.CreateTable",
            TableName=TABLE,
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": name,
                    "KeySchema": schema(*keys),
                    "Projection": {"ProjectionType": "ALL" if name == "directory" else "KEYS_ONLY"},
                }
                for name, keys in INDEXES.items()
            ],
        )
