"""Holds the sources to the layers of docs/architecture.md: which of the project's modules a file may import.

The compiler sees to it that a module imports only what Package.swift lets it depend on. Narrower is this: of a service
only the file that puts it together knows the AWS client, its adapters and libcurl, and what else speaks HTTP knows the
transport's protocol alone.
"""

import pathlib
import re
import sys

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "Sources"
SERVICES = {"JobsysAPI", "JobsysWorker", "JobsysDeadLetters", "svc-api", "svc-worker", "dlq-handler"}
AWS = {"JobsysAWS", "JobsysAWSAdapters", "JobsysSigV4"}
# What sends requests of its own, to others than AWS's services.
HTTP_ADAPTERS = {
    "JobsysDeadLetters/Lambda",
    "JobsysDeadLetters/Notifications",
    "JobsysWorker/ScaleInProtection.swift",
}
FORBIDDEN = {
    # The domain and the services' common ground.
    "JobsysCore": AWS | {"JobsysHTTP", "JobsysServiceRuntime"},
    "JobsysServiceRuntime": AWS | {"JobsysHTTP", "JobsysCore"},
    # Building blocks know neither AWS nor jobs; the client knows no jobs.
    **{
        name: AWS | {"JobsysCore", "JobsysServiceRuntime"}
        for name in ("JobsysHTTP", "JobsysHashing", "JobsysJSON", "JobsysObservability", "JobsysTime")
    },
    "JobsysSigV4": AWS - {"JobsysSigV4"} | {"JobsysHTTP", "JobsysCore", "JobsysServiceRuntime"},
    "JobsysAWS": {"JobsysCore", "JobsysAWSAdapters", "JobsysServiceRuntime"},
    "jobctl": AWS | {"JobsysCore", "JobsysServiceRuntime"},
}


def forbidden(path):
    """The modules that this file must not import."""
    module = path.parts[0]
    if module not in SERVICES:
        return FORBIDDEN.get(module, set())
    if path.name.endswith("+build.swift"):
        return {"JobsysSigV4"}
    is_http_adapter = any(path.as_posix().startswith(place) for place in HTTP_ADAPTERS)
    return AWS | (set() if is_http_adapter else {"JobsysHTTP"})


def main():
    problems, count = [], 0
    for path in sorted(SOURCES.rglob("*.swift")):
        count += 1
        imports = set(re.findall(r"^(?:@\S+ +)*(?:\w+ +)?import (\w+)", path.read_text(), flags=re.MULTILINE))
        own = path.relative_to(SOURCES)
        problems += [f"Sources/{own} must not import {name}" for name in sorted(imports & forbidden(own))]
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    if problems:
        sys.exit(1)
    print(f"{count} files import what their layer may")


main()
