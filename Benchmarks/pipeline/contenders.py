"""Those who are measured: how their API and their worker are started."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BASELINE = ROOT / "Benchmarks" / "baseline"


@dataclass(frozen=True)
class Contender:
    name: str
    api: list[str]
    worker: list[str]
    environment: dict[str, str]
    # How many jobs it is given to do: enough for a few seconds.
    jobs: int
    queues: int = 1


def floors(floor: Path, api_port: int) -> list[Contender]:
    """What cannot cost less with libcurl: the same calls from one thread in C, with nothing around them."""
    return [
        Contender(
            f"floor-{transport}",
            ["env", f"PORT={api_port}", str(floor), "api", transport],
            [str(floor), "worker", transport],
            {},
            jobs=0,
        )
        for transport in ("curl", "connect")
    ]


def contenders(bin: Path, python: Path, jobs: int, api_port: int, worker_port: int) -> list[Contender]:
    baseline = {"PYTHONPATH": str(BASELINE)}
    uvicorn = [str(python / "uvicorn"), "--host", "127.0.0.1", "--port", str(api_port)]
    return [
        Contender(
            "jobsys",
            ["env", f"PORT={api_port}", str(bin / "svc-api")],
            ["env", f"PORT={worker_port}", str(bin / "svc-worker")],
            # SwiftNIO takes a loop for each core, and sees that there is only one by a container's limit, not by a pin.
            {"WORKER_CONCURRENCY": "64", "NIO_SINGLETON_GROUP_LOOP_COUNT": "1"},
            jobs,
            queues=2,
        ),
        Contender(
            "FastAPI + boto3", [*uvicorn, "api:app"], [str(python / "python"), str(BASELINE / "worker.py")], baseline,
            jobs // 10,
        ),
        Contender(
            "Celery on SQS",
            [*uvicorn, "celery_app:app"],
            [str(python / "celery"), "-A", "celery_app:celery", "worker", "--pool", "threads", "--concurrency", "16",
             "--loglevel", "INFO"],
            baseline,
            jobs // 10,
        ),
    ]
