"""Holds docker-compose.yml and the Dockerfile to what other machines than the author's need.

Podman asks for the registry of an image that is not named in full; SELinux denies a mount without a label; a start without
a network waits for a download; a host may have IPv4, IPv6 or both. Nobody is asked for a key, so the ports are this
machine's alone.
"""

import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT
    problems = [f"docker-compose.yml: {problem}" for problem in compose_problems(root / "docker-compose.yml")]
    problems += [f"Dockerfile: {problem}" for problem in dockerfile_problems((root / "Dockerfile").read_text())]
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    sys.exit(1 if problems else 0)


def compose_problems(path):
    services = yaml.safe_load(path.read_text())["services"]
    if services["svc-api"]["environment"].get("AUTH") != "off":
        yield "svc-api: asks for keys that nobody has, or leaves to its stage whether it does (AUTH)"
    for name, service in services.items():
        for port in service.get("ports", []):
            if not str(port).startswith("127.0.0.1:"):
                yield f"{name}: port {port} is open to other machines"
        if "build" not in service and not is_full_name(service["image"]):
            yield f"{name}: the image {service['image']} does not name its registry"
        for mount in service.get("volumes", []):
            if "z" not in mount.rsplit(":", 1)[-1].split(","):
                yield f"{name}: {mount} has no label for SELinux (z)"
        if "localstack" in service["image"] and not service["environment"].get("SKIP_SSL_CERT_DOWNLOAD"):
            yield f"{name}: waits for a certificate that it does not need (SKIP_SSL_CERT_DOWNLOAD)"
        if "build" in service and "127.0.0.1" in str(service["healthcheck"]["test"]):
            yield f"{name}: its health check asks an address of IPv4"


def dockerfile_problems(text):
    stages = set()
    for image, stage in re.findall(r"^FROM (\S+) AS (\S+)", text, flags=re.MULTILINE):
        if image not in stages and not is_full_name(image):
            yield f"the image {image} does not name its registry"
        stages.add(stage)
    if re.search(r"^\s+CMD curl .*127\.0\.0\.1", text, flags=re.MULTILINE):
        yield "the health check asks an address of IPv4"


def is_full_name(image):
    """Whether the name, or the default of a variable's, starts with a registry."""
    default = re.fullmatch(r"\$\{\w+:-(.*)\}", image)
    return "." in (default[1] if default else image).split("/")[0] and "/" in image


if __name__ == "__main__":
    main()
