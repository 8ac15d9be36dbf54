"""Holds the environments that the deployments set against what the services read, which they say with --help.

    settings.py <folder of the executables>

A service is given every variable that it requires, and each variable that is set is read by a service that it is given to.
In AWS svc-api asks for keys.
"""

import pathlib
import re
import subprocess
import sys

import yaml
from cfnlint.decode import cfn_yaml

import manifests

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = ("svc-api", "svc-worker", "dlq-handler")
TEMPLATES = ROOT / "infra" / "cloudformation"
# Lambda sets these; and it brings the dead letters itself.
SET_BY_LAMBDA = {"AWS_REGION", "AWS_LAMBDA_RUNTIME_API"}
NOT_FOR_LAMBDA = {"SQS_DLQ_URL", "SQS_FIFO_DLQ_URL"}


def main():
    folder = pathlib.Path(sys.argv[1])
    read, required = {}, {}
    for service in SERVICES:
        read[service], required[service] = documented(folder / service)
    deployments = {
        "docker-compose.yml": compose(yaml.safe_load((ROOT / "docker-compose.yml").read_text())),
        "scripts/dev": dev(),
        "docs/manual-deployment-guide.md": by_hand(),
        "infra/cloudformation/ecs.yaml": ecs(),
        "infra/cloudformation/ec2.yaml": ec2(),
        "infra/cloudformation/dlq-handler.yaml": function(),
    } | {f"k8s/{overlay}": kubernetes(overlay) for overlay in manifests.OVERLAYS}
    problems = [
        f"{name}: {problem}" for name, given in deployments.items() for problem in compare(given, read, required)
    ]
    for template, environment in {"ecs": ecs_environments(), "ec2": ec2_environments()}.items():
        if environment["svc-api"].get("AUTH") != "required":
            problems.append(f"infra/cloudformation/{template}.yaml: svc-api asks nobody for a key (AUTH)")
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    if problems:
        sys.exit(1)
    print(f"{len(deployments)} deployments: their settings are those that the services read")


def documented(executable):
    """The variables that the service reads, and those of them that it requires."""
    text = subprocess.run([executable, "--help"], check=True, stdout=subprocess.PIPE, text=True).stdout
    table = text.split("ENVIRONMENT:\n")[1].split("\n\n")[0]
    # A name starts a line of the table; what continues it is indented further.
    entries = re.split(r"^  (?=[A-Z])", table, flags=re.MULTILINE)[1:]
    names = {entry.split()[0]: entry.rstrip().endswith("(required)") for entry in entries}
    if not any(names.values()):
        sys.exit(f"error: {executable} --help names no variable that is required")
    return set(names), {name for name, is_required in names.items() if is_required}


def compare(given, read, required):
    """What is wrong with a deployment that gives each service these variables."""
    for service, names in given.items():
        for name in sorted(required[service] - names):
            yield f"{service} lacks {name}"
    for name in sorted(set().union(*given.values())):
        if not any(name in names and name in read[service] for service, names in given.items()):
            yield f"{name} is read by no service that it is set for"


def compose(document):
    return {service: set(document["services"][service]["environment"]) for service in SERVICES}


def dev():
    """What it exports for the services, beside the region that every script of this machine exports."""
    text = (ROOT / "scripts" / "dev").read_text().split("\nstart_services() {")[1].split("\n}")[0]
    exports = " ".join(re.findall(r"^ *export (.*)$", text, flags=re.MULTILINE))
    return {service: set(re.findall(r"\b[A-Z][A-Z_]+\b(?=[ =]|$)", exports)) | {"AWS_REGION"} for service in SERVICES}


def by_hand():
    text = (ROOT / "docs" / "manual-deployment-guide.md").read_text()
    settings = text.split("cat >settings <<'TEXT'\n")[1].split("\nTEXT\n")[0]
    return {service: {line.split("=")[0] for line in settings.splitlines()} for service in SERVICES}


def kubernetes(overlay):
    resources = manifests.render(overlay)
    sources = {(one["kind"], one["metadata"]["name"]): one for one in resources}
    given = {}
    for service in SERVICES:
        (container,) = sources["Deployment", service]["spec"]["template"]["spec"]["containers"]
        given[service] = {variable["name"] for variable in container.get("env", [])}
        for source in container["envFrom"]:
            kind = "ConfigMap" if "configMapRef" in source else "Secret"
            reference = source[kind[0].lower() + kind[1:] + "Ref"]
            # One that may be absent, and is.
            if not reference.get("optional") or (kind, reference["name"]) in sources:
                given[service] |= set(sources[kind, reference["name"]]["data"])
    return given


def ecs():
    return {service: set(environment) for service, environment in ecs_environments().items()}


def ec2():
    return {service: set(environment) for service, environment in ec2_environments().items()}


def ecs_environments():
    tasks = (one for one in resources("ecs") if one["Type"] == "AWS::ECS::TaskDefinition")
    containers = (container for task in tasks for container in task["Properties"]["ContainerDefinitions"])
    return {one["Name"]: {pair["Name"]: pair["Value"] for pair in one["Environment"]} for one in containers}


def ec2_environments():
    """The Compose file that the instance writes at its start."""
    (template,) = (one for one in resources("ec2") if one["Type"] == "AWS::EC2::LaunchTemplate")
    script = template["Properties"]["LaunchTemplateData"]["UserData"]["Fn::Base64"]["Fn::Sub"]
    text = script.split("<<'COMPOSE'\n")[1].split("\nCOMPOSE\n")[0]
    services = yaml.safe_load(re.sub(r"\$\{.*?\}", "value", text))["services"]
    return {service: services[service]["environment"] for service in SERVICES}


def function():
    (function,) = (one for one in resources("dlq-handler") if one["Type"] == "AWS::Lambda::Function")
    variables = set(function["Properties"]["Environment"]["Variables"])
    return {"dlq-handler": variables | SET_BY_LAMBDA | NOT_FOR_LAMBDA}


def resources(template):
    return cfn_yaml.load(str(TEMPLATES / f"{template}.yaml"))["Resources"].values()


main()
