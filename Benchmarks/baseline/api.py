"""The API: FastAPI with boto3, run by uvicorn."""

from typing import Callable

from fastapi import FastAPI
from pydantic import BaseModel

import jobs


class Submission(BaseModel):
    type: str
    payload: dict


class Ticket(BaseModel):
    jobId: str
    status: str
    type: str
    createdAt: str


def make_app(send: Callable[[str], None]) -> FastAPI:
    app = FastAPI()

    @app.post("/jobs", status_code=202)
    def submit(submission: Submission) -> Ticket:
        job = jobs.create(submission.type, submission.payload)
        job_id = job["PK"].removeprefix("JOB#")
        send(job_id)
        return Ticket(jobId=job_id, status=job["status"], type=job["type"], createdAt=job["createdAt"])

    @app.get("/healthz")
    def health() -> dict:
        return {"status": "ok"}

    return app


app = make_app(jobs.send)
