"""Holds the imports of Sources against the layers of docs/architecture.md.

    layers.py [<folder of the sources>]

A module imports what its row of LAYERS names and nothing else of ours, so that nothing looks up or sideways. Before that,
the check plants violations and sees that it finds each.

The compiler holds a module to what Package.swift lets it depend on. This is narrower: Package.swift may change, a service
may know AWS in the one file that puts it together, and the domain has no words for it.
"""

import pathlib
import re
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

# From the bottom to the top. A row names modules of rows above it alone; one that is not there yet is no problem.
LAYERS = {
    # Building blocks that know neither AWS nor jobs.
    "CJobsysCrypto": "",
    "CJobsysCurl": "",
    "CJobsysMath": "",
    "CJobsysProcess": "",
    "JobsysJSON": "",
    "JobsysTime": "",
    "JobsysCron": "JobsysTime",
    "JobsysHashing": "CJobsysCrypto",
    "JobsysHTTP": "CJobsysCurl",
    "JobsysProcess": "CJobsysProcess",
    "JobsysObservability": "JobsysJSON JobsysTime",
    # The AWS client.
    "JobsysSigV4": "JobsysHashing JobsysTime",
    "JobsysAWS": "JobsysSigV4 JobsysHTTP JobsysHashing JobsysJSON JobsysObservability JobsysProcess JobsysTime",
    # What handlers are written against, and the domain.
    "JobsysHandlers": "JobsysJSON JobsysObservability JobsysTime",
    "JobsysCore": "JobsysCron JobsysHandlers JobsysHashing JobsysJSON JobsysObservability JobsysTime",
    # The domain's ports in memory, for tests of handlers.
    "JobsysTesting": "JobsysCore JobsysHandlers JobsysJSON JobsysObservability JobsysTime",
    # What talks to svc-api.
    "JobsysClient": "JobsysHandlers JobsysHTTP JobsysJSON JobsysObservability JobsysTime",
    # What all services need, whatever they are about.
    "JobsysServiceRuntime": "JobsysJSON JobsysObservability JobsysTime",
    # The domain's ports, by means of the AWS client.
    "JobsysAWSAdapters": "JobsysAWS JobsysHTTP JobsysCore JobsysHandlers JobsysServiceRuntime JobsysHashing JobsysJSON "
    "JobsysObservability JobsysTime",
    # The services.
    "JobsysAPI": "JobsysCron JobsysCore JobsysHandlers JobsysServiceRuntime JobsysHashing JobsysJSON JobsysObservability "
    "JobsysTime",
    "JobsysWorker": "JobsysCore JobsysHandlers JobsysServiceRuntime JobsysHashing JobsysJSON JobsysObservability "
    "JobsysProcess JobsysTime",
    "JobsysDeadLetters": "JobsysCore JobsysHandlers JobsysServiceRuntime JobsysHashing JobsysJSON JobsysObservability "
    "JobsysTime",
    # The executables.
    "svc-api": "JobsysAPI JobsysServiceRuntime",
    "svc-worker": "JobsysWorker JobsysServiceRuntime",
    "dlq-handler": "JobsysDeadLetters JobsysServiceRuntime CJobsysMath",
    "jobctl": "JobsysClient JobsysHandlers JobsysHashing JobsysHTTP JobsysJSON JobsysObservability JobsysTime",
}

# What single files of a module may import beyond their row: those that put a service together, and what speaks HTTP itself.
FILES = {
    "JobsysAPI/*+build.swift": "JobsysAWS JobsysAWSAdapters JobsysHTTP",
    "JobsysAPI/ClientAddress.swift": "JobsysHTTP",
    "JobsysAPI/Tokens/*.swift": "JobsysHTTP",
    "JobsysWorker/*+build.swift": "JobsysAWS JobsysAWSAdapters JobsysHTTP",
    "JobsysWorker/ScaleInProtection*.swift": "JobsysHTTP",
    "JobsysWorker/HTTPHandlers/*.swift": "JobsysHTTP JobsysSigV4",
    "JobsysDeadLetters/*+build.swift": "JobsysAWS JobsysAWSAdapters JobsysHTTP",
    "JobsysDeadLetters/Lambda/*.swift": "JobsysHTTP",
    "JobsysDeadLetters/Notifications/*.swift": "JobsysHTTP",
}

# Who may pass on what it imports.
EXPORTS = {
    "JobsysHandlers": {"JobsysJSON", "JobsysObservability", "JobsysTime"},
    "JobsysCore": {"JobsysHandlers"},
    "JobsysWorker": {"JobsysHandlers"},
    "JobsysTesting": {"JobsysHandlers"},
    "JobsysClient": {"JobsysHandlers"},
}

# Libraries for servers, which stay in the services.
SERVER_LIBRARIES = re.compile(r"_?C?NIO\w*|Hummingbird\w*")
SERVERS = {"JobsysServiceRuntime", "JobsysAPI", "JobsysWorker", "JobsysDeadLetters"}

# The domain, and what stands below it, has no words for what the adapters know.
DOMAIN = {"JobsysJSON", "JobsysTime", "JobsysCron", "JobsysHashing", "JobsysObservability", "JobsysHandlers", "JobsysCore", "JobsysTesting"}
WORDS_OF_AWS = re.compile(r"\w*(?:AWS|SQS|SNS|SSM|Dynamo|Lambda|CloudWatch)\w*|(?:aws|sqs|sns|ssm|dynamo|lambda)[A-Z]\w*")

IMPORT = re.compile(
    r"^[ \t]*(?P<attributes>(?:@\w+(?:\([^)]*\))?\s+)*)(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:typealias|struct|class|enum|protocol|let|var|func)\s+)?(?P<module>\w+)",
    re.MULTILINE,
)
# Comments, and strings of all kinds; what a string has between \\( and ) goes with it.
SILENT = re.compile(
    r'//[^\n]*|/\*.*?\*/|(?P<hashes>#*)(?:""".*?"""|"(?:\\.|[^"\\\n])*")(?P=hashes)',
    re.DOTALL,
)


def main():
    check_table()
    check_planted()
    sources = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Sources"
    problems, count = check(sources)
    for problem in problems:
        print(f"error: Sources/{problem}", file=sys.stderr)
    if problems:
        sys.exit(1)
    print(f"{count} files import what their layer may")


def check_table():
    above = set()
    for module, row in LAYERS.items():
        if set(row.split()) - above:
            sys.exit(f"error: LAYERS: {module} stands below what it imports")
        above.add(module)


def check(sources):
    """The problems, and the number of files that were read."""
    problems, count = [], 0
    for folder in sorted(path for path in sources.iterdir() if path.is_dir()):
        if folder.name not in LAYERS:
            problems.append(f"{folder.name}: has no row in scripts/checks/layers.py")
            continue
        for path in sorted(folder.rglob("*.swift")):
            count += 1
            own = path.relative_to(sources)
            problems += [f"{own}:{line}: {problem}" for line, problem in problems_of(own, path.read_text())]
    if not count:
        problems.append("there are no sources")
    return problems, count


def problems_of(path, text):
    """The lines that break a rule, and which."""
    module = path.parts[0]
    may = set(LAYERS[module].split())
    for pattern, modules in FILES.items():
        if path.match(pattern):
            may.update(modules.split())
    text = SILENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text).replace(";", "\n")
    found = []

    def report(match, problem):
        found.append((text.count("\n", 0, match.start(match.lastgroup or 0)) + 1, problem))

    for match in IMPORT.finditer(text):
        name = match["module"]
        is_ours = name in LAYERS or name.startswith(("Jobsys", "CJobsys"))
        if is_ours and name not in may:
            report(match, f"{module} must not import {name}" + (" here" if may_in_build(module, name) else ""))
        if SERVER_LIBRARIES.fullmatch(name) and module not in SERVERS:
            report(match, f"{module} must not import {name}, which is for servers")
        if is_ours and "@_exported" in match["attributes"] and name not in EXPORTS.get(module, set()):
            report(match, f"{module} must not pass {name} on")
    for match in re.finditer(r"\b(?P<module>C?Jobsys\w+)\.", text):
        if match["module"] in LAYERS and match["module"] not in may | {module}:
            report(match, f"{module} must not use names of {match['module']}")
    if module in DOMAIN:
        for match in re.finditer(rf"\b(?P<word>{WORDS_OF_AWS.pattern})\b", text):
            if not match["word"].startswith("Jobsys"):
                report(match, f"{match['word']}: {module} knows no AWS")
    return found


def may_in_build(module, name):
    return any(pattern.startswith(f"{module}/") and name in modules.split() for pattern, modules in FILES.items())


# A violation for each rule, and what looks like one.
PLANTED = {
    "JobsysCore/A.swift": ("import JobsysAWS", 1),
    "JobsysCore/B.swift": ("public import JobsysHTTP\n@preconcurrency internal import struct JobsysSigV4.Signer", 3),
    "JobsysCore/C.swift": ("import CJobsysCrypto; import NIOCore", 2),
    "JobsysCore/D.swift": ("import JobsysAPI\nlet a = JobsysAPI.router", 2),
    "JobsysCore/E.swift": ("let queue: SQSQueue\nlet limit = sqsLimit", 2),
    "JobsysCore/F.swift": (
        '// import JobsysAWS\n/* import JobsysAWS */\nlet a = """\nimport JobsysAWS\n"""\nlet b = #"SQS "x""#\nimport JobsysJSON',
        0,
    ),
    "JobsysHandlers/A.swift": ("import JobsysHashing\nimport Hummingbird", 2),
    "JobsysHashing/A.swift": ("import CJobsysCrypto\nimport CJobsysCurl", 1),
    "JobsysHTTP/A.swift": ("import JobsysAWS\nimport CJobsysCurl\nimport NIO", 2),
    "JobsysServiceRuntime/A.swift": ("import JobsysAWS\nimport JobsysCore\nimport Hummingbird\nimport NIOCore", 2),
    "JobsysAWS/A.swift": ("import JobsysCore\nimport JobsysAWSAdapters", 2),
    "JobsysAWSAdapters/A.swift": ("import JobsysAWS\nimport JobsysCore\nimport JobsysWorker", 1),
    "JobsysAPI/API+router.swift": ("import JobsysAWS\nimport JobsysAWSAdapters\nimport JobsysWorker", 3),
    "JobsysAPI/API+build.swift": ("import JobsysAWS\nimport JobsysAWSAdapters\nimport JobsysSigV4", 1),
    "JobsysWorker/A.swift": ("@_exported public import JobsysHandlers\n@_exported public import JobsysCore", 1),
    "JobsysWorker/ScaleInProtection.swift": ("import JobsysHTTP\nimport JobsysAWS", 1),
    "JobsysWorker/HTTPHandlers/A.swift": ("import JobsysHTTP\nimport JobsysSigV4\nimport JobsysAWSAdapters", 1),
    "JobsysDeadLetters/Lambda/A.swift": ("import JobsysHTTP\nlet a: JobsysAWS.Client", 1),
    "jobctl/A.swift": ("import JobsysHTTP\nimport JobsysCore\nimport JobsysServiceRuntime", 2),
    "JobsysStray/A.swift": ("", 1),
}


def check_planted():
    with tempfile.TemporaryDirectory() as folder:
        sources = pathlib.Path(folder)
        for name, (text, _) in PLANTED.items():
            path = sources / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        problems, _ = check(sources)
    for name, (_, expected) in PLANTED.items():
        found = [problem for problem in problems if problem.startswith((f"{name}:", f"{name.split('/')[0]}: "))]
        if len(found) != expected:
            sys.exit(f"error: layers.py finds {len(found)} of {expected} planted violations in {name}: {found}")


if __name__ == "__main__":
    main()
