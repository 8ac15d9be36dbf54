"""Renders k8s/ as kubectl does, and holds the result against Kubernetes' schemas and the rules of this file.

It renders each overlay a second time with other settings: what `kubectl apply` could not change then is a problem.

Run by `scripts/test unit` with the Python of .venv, where kubectl and the schemas are.
"""

import ipaddress
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import kubernetes_validate
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
KUBECTL = pathlib.Path(sys.executable).with_name("kubectl")
OVERLAYS = ["overlays/dev", "overlays/eks"]
KUBERNETES = "1.34"
SERVICES = {"svc-api", "svc-worker", "dlq-handler"}
# What KEDA adds to Kubernetes has no schema there.
WITHOUT_SCHEMA = {"ScaledObject", "TriggerAuthentication"}
# What the API server refuses to change. Source: the API reference of each kind.
IMMUTABLE = {
    "DaemonSet": ["spec.selector"],
    "Deployment": ["spec.selector"],
    "Job": ["spec.selector", "spec.template", "spec.completionMode"],
    "StatefulSet": ["spec.selector", "spec.serviceName", "spec.volumeClaimTemplates", "spec.podManagementPolicy"],
}
# From the end of the grace until what still runs is cancelled: ServiceRun.
CANCEL_SECONDS = 5


def main():
    problems = [f"{overlay}: {problem}" for overlay in OVERLAYS for problem in check_overlay(overlay)]
    for problem in problems:
        print(f"error: k8s/{problem}", file=sys.stderr)
    sys.exit(1 if problems else 0)


def check_overlay(overlay):
    resources = render(overlay)
    yield from check(resources)
    with tempfile.TemporaryDirectory() as folder:
        yield from immutability_problems(resources, render(overlay, changed_copy(pathlib.Path(folder))))


def changed_copy(folder):
    """A copy of all that is rendered, in which every setting has another value."""
    for part in ("k8s", "infra/cloudformation"):
        shutil.copytree(ROOT / part, folder / part)
    for path in (folder / "k8s").rglob("*"):
        if path.name == "kustomization.yaml":
            path.write_text(re.sub(r"^(\s+- \w+=.*)$", r"\1x", path.read_text(), flags=re.MULTILINE))
        elif path.suffix == ".env":
            path.write_text(re.sub(r"^(\w+=.*)$", r"\1x", path.read_text(), flags=re.MULTILINE))
    return folder


def render(overlay, root=ROOT):
    command = [KUBECTL, "kustomize", root / "k8s" / overlay]
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
    yield from family_problems(by_kind)
    yield from access_problems(by_kind, settings)
    if "emulator" in by_kind["Deployment"]:
        yield from data_plane_problems(by_kind)
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


def immutability_problems(before, after):
    """What keeps `kubectl apply` from changing a setting."""
    templates = {(resource["kind"], resource["metadata"]["name"]): resource for resource in after}
    generated = {"ConfigMap", "Secret"}
    for resource in before:
        key = kind, name = resource["kind"], resource["metadata"]["name"]
        if kind in generated and resource.get("immutable") and key in templates:
            yield f"{kind} {name}: is immutable, and keeps its name when it changes"
        for field in IMMUTABLE.get(kind, []):
            if key in templates and member(resource, field) != member(templates[key], field):
                yield f"{kind} {name}: {field} depends on a setting, and can't be changed"
    names = {name for kind, name in templates if kind == "ConfigMap" and name.startswith("jobsys-")}
    if names & {resource["metadata"]["name"] for resource in before if resource["kind"] == "ConfigMap"}:
        yield "another setting does not make another ConfigMap: its pods are not replaced"


def access_problems(by_kind, settings):
    """Where nobody is asked for a key, no way leads to the API from outside of the cluster; elsewhere all are asked."""
    auth = settings.get("AUTH")
    if auth != ("off" if "emulator" in by_kind["Deployment"] else "required"):
        yield f"AUTH is {auth}"
    if auth == "required":
        return
    for name in by_kind.get("Ingress", {}):
        yield f"Ingress {name}: lets in whoever reaches it"
    for name, service in by_kind.get("Service", {}).items():
        if service["spec"].get("type", "ClusterIP") != "ClusterIP":
            yield f"Service {name}: can be reached from outside of the cluster"


def member(resource, path):
    for name in path.split("."):
        resource = resource.get(name, {})
    return resource


def data_plane_problems(by_kind):
    """An emulator keeps its data in memory: whoever makes the data plane must stay, and make it again."""
    maker = by_kind["Deployment"].get("data-plane")
    if maker is None:
        yield "no Deployment data-plane: nobody makes the table and the queues again when the emulator was replaced"
        return
    (container,) = maker["spec"]["template"]["spec"]["containers"]
    if "readinessProbe" not in container:
        yield "data-plane: is ready before the data plane is there"
    if "envFrom" in container:
        yield "data-plane: is replaced with each change of the services' settings"


def family_problems(by_kind):
    """A cluster may have IPv4, IPv6 or both."""
    for name, service in by_kind.get("Service", {}).items():
        if service["spec"].get("ipFamilyPolicy") != "PreferDualStack":
            yield f"Service {name}: of one family where the cluster has both"
    for kind in ("Deployment", "Job"):
        for name, workload in by_kind.get(kind, {}).items():
            for container in workload["spec"]["template"]["spec"]["containers"]:
                for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                    if "host" in container.get(probe, {}).get("httpGet", {}):
                        yield f"{name}: {probe} asks a host of its own, not the pod's address"
                for variable in container.get("env", []):
                    if is_ipv4(variable.get("value", "")):
                        yield f"{name}: {variable['name']} is an address of IPv4"
    for name, settings in by_kind["ConfigMap"].items():
        for key, value in settings["data"].items():
            if is_ipv4(value):
                yield f"ConfigMap {name}: {key} is an address of IPv4"
    emulator = by_kind["Deployment"].get("emulator")
    if emulator:
        (container,) = emulator["spec"]["template"]["spec"]["containers"]
        listens = {variable["name"]: variable.get("value") for variable in container.get("env", [])}
        # LocalStack's default is 0.0.0.0.
        if listens.get("GATEWAY_LISTEN") != "[::]:4566":
            yield "emulator: does not listen on IPv6"


def is_ipv4(text):
    """Whether a value is an address of IPv4, also with a port."""
    try:
        return ipaddress.ip_address(text.rsplit(":", 1)[0]).version == 4
    except ValueError:
        return False


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
