"""Renders k8s/ as kubectl does, and holds the result against Kubernetes' schemas and the rules of this file.

Run by `scripts/test unit` with the Python of .venv, where kubectl and the schemas are.
"""

import pathlib
import subprocess
import sys

import kubernetes_validate
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
KUBECTL = pathlib.Path(sys.executable).with_name("kubectl")
OVERLAYS = ["overlays/dev", "overlays/eks"]
KUBERNETES = "1.34"
SERVICES = {"svc-api", "svc-worker", "dlq-handler"}
# What KEDA adds to Kubernetes has no schema there.
WITHOUT_SCHEMA = {"ScaledObject", "TriggerAuthentication"}
# From the end of the grace until what still runs is cancelled: ServiceRun.
CANCEL_SECONDS = 5


def main():
    problems = [f"{overlay}: {problem}" for overlay in OVERLAYS for problem in check(render(overlay))]
    for problem in problems:
        print(f"error: k8s/{problem}", file=sys.stderr)
    sys.exit(1 if problems else 0)


def render(overlay):
    command = [KUBECTL, "kustomize", ROOT / "k8s" / overlay]
    rendered = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return list(yaml.safe_load_all(rendered))


def check(resources):
    by_kind = {}
    for resource in resources:
        yield from schema_problems(resource)
        by_kind.setdefault(resource["kind"], {})[resource["metadata"]["name"]] = resource
    settings = next(map_["data"] for name, map_ in by_kind["ConfigMap"].items() if name.startswith("jobsys-"))

    yield from namespace_problems(resources)
    for kind in ("Deployment", "Job"):
        for name, workload in by_kind.get(kind, {}).items():
            yield from named(name, pod_problems(workload["spec"]["template"]["spec"]))
    yield from missing("Deployment", SERVICES, by_kind)
    for name in SERVICES & by_kind["Deployment"].keys():
        deployment = by_kind["Deployment"][name]
        yield from named(name, service_problems(deployment["spec"]["template"]["spec"], settings))
        yield from named(name, disruption_problems(deployment, by_kind.get("PodDisruptionBudget", {}).get(name)))
    yield from network_problems(by_kind.get("NetworkPolicy", {}))
    for scaler in by_kind.get("ScaledObject", {}).values():
        yield from named("ScaledObject", scaler_problems(scaler, by_kind["Deployment"], settings))


def schema_problems(resource):
    if resource["kind"] in WITHOUT_SCHEMA:
        return
    try:
        kubernetes_validate.validate(resource, KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        path = ".".join(str(key) for key in error.path)
        yield f"{resource['kind']} {resource['metadata']['name']}: {path}: {error.message}"


def namespace_problems(resources):
    for resource in resources:
        metadata = resource["metadata"]
        if resource["kind"] != "Namespace" and metadata.get("namespace") != "jobsys":
            yield f"{resource['kind']} {metadata['name']}: not in the namespace jobsys"


def pod_problems(pod):
    """What no pod may do without."""
    if pod.get("automountServiceAccountToken") is not False:
        yield "gets a token of the cluster's API"
    for container in pod["containers"]:
        resources = container.get("resources", {})
        for amount in ("requests", "limits"):
            if not {"cpu", "memory"} <= resources.get(amount, {}).keys():
                yield f"no {amount} of CPU and memory"
        if container["securityContext"].get("allowPrivilegeEscalation") is not False:
            yield "may gain privileges"
        image = container["image"].rsplit("/", 1)[-1]
        if ":" not in image or image.endswith(":latest"):
            yield f"image {container['image']}: neither a version nor a digest"


def service_problems(pod, settings):
    """What a service's pod may not do without, on top of that."""
    (container,) = pod["containers"]
    context, own = pod["securityContext"], container["securityContext"]
    if context.get("runAsNonRoot") is not True or not context.get("runAsUser"):
        yield "may run as root"
    if context.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "no seccomp profile"
    if own.get("readOnlyRootFilesystem") is not True:
        yield "may write to its root file system"
    if own.get("capabilities") != {"drop": ["ALL"]}:
        yield "keeps capabilities"

    paths = {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}
    for probe, path in paths.items():
        if container.get(probe, {}).get("httpGet") != {"path": path, "port": "http"}:
            yield f"{probe} does not ask {path}"

    before = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    needed = before + int(settings["SHUTDOWN_GRACE_SECONDS"]) + CANCEL_SECONDS
    if pod.get("terminationGracePeriodSeconds", 30) <= needed:
        yield f"killed before its {needed} s of draining are over"


def disruption_problems(deployment, budget):
    if budget is None:
        yield "no PodDisruptionBudget"
    elif budget["spec"]["selector"] != deployment["spec"]["selector"]:
        yield "its PodDisruptionBudget is for other pods"


def network_problems(policies):
    specs = [policy["spec"] for policy in policies.values()]
    if {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} not in specs:
        yield "no NetworkPolicy that denies all by default"
    for name, policy in policies.items():
        if any(not rule for rule in policy["spec"].get("ingress", []) + policy["spec"].get("egress", [])):
            yield f"NetworkPolicy {name}: a rule that allows everything"


def scaler_problems(scaler, deployments, settings):
    target = scaler["spec"]["scaleTargetRef"]["name"]
    if "replicas" in deployments[target]["spec"]:
        yield f"{target} has replicas of its own: each apply would undo the scaling"
    for trigger in scaler["spec"]["triggers"]:
        if trigger["metadata"].get("scaleOnInFlight") != "true":
            yield "jobs in flight do not count"
        if trigger["metadata"]["queueLength"] != settings["WORKER_CONCURRENCY"]:
            yield "queueLength is not WORKER_CONCURRENCY"


def missing(kind, names, by_kind):
    for name in sorted(names - by_kind.get(kind, {}).keys()):
        yield f"no {kind} {name}"


def named(name, problems):
    return (f"{name}: {problem}" for problem in problems)


if __name__ == "__main__":
    main()
