"""Holds infra/parameters against infra/cloudformation.

All stages set the same parameters, each of them is one of some template's, and its value is one that the template takes.
A value that one stack puts out and another takes is called the same, or has a default or comes from scripts/deploy.
"""

import json
import pathlib
import re
import sys

from cfnlint.decode import cfn_yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent / "infra"
# What scripts/deploy adds by itself.
FROM_THE_SCRIPT = {"NamePrefix", "AlertEmail", "ClientCidr", "DeadLetterCodeKey", "ApiImage", "WorkerImage", "DeadLetterImage"}


def wrong(value, declaration):
    """Why the template refuses this value, or nothing."""
    allowed = [str(one) for one in declaration.get("AllowedValues", [])]
    if allowed and value not in allowed:
        return f"is not one of {', '.join(allowed)}"
    if declaration["Type"] == "Number":
        if not re.fullmatch(r"\d+", value):
            return "is not a number"
        if not declaration.get("MinValue", 0) <= int(value) <= declaration.get("MaxValue", sys.maxsize):
            return "is out of range"
    if not re.fullmatch(declaration.get("AllowedPattern", ".*"), value):
        return "does not match the pattern"
    return None


def main():
    documents = {path.stem: cfn_yaml.load(str(path)) for path in sorted((ROOT / "cloudformation").glob("*.yaml"))}
    templates = {stem: document for stem, document in documents.items() if "AWSTemplateFormatVersion" in document}
    stages = {path.stem: json.loads(path.read_text())["Parameters"] for path in sorted((ROOT / "parameters").glob("*.json"))}
    problems = []
    declared = {}
    for template in templates.values():
        for name, declaration in template["Parameters"].items():
            declared.setdefault(name, []).append(declaration)
    for stage, values in stages.items():
        if values.get("Stage") != stage:
            problems.append(f"{stage}.json: Stage is {values.get('Stage')}")
        if missing := set().union(*stages.values()) - set(values):
            problems.append(f"{stage}.json: lacks {', '.join(sorted(missing))}")
        for name, value in values.items():
            if name not in declared:
                problems.append(f"{stage}.json: no template has a parameter {name}")
            for declaration in declared.get(name, []):
                if reason := wrong(value, declaration):
                    problems.append(f"{stage}.json: {name} {value!r} {reason}")
    known = FROM_THE_SCRIPT.union(*(template.get("Outputs", {}) for template in templates.values()), *stages.values())
    for stem, template in templates.items():
        for name, declaration in template["Parameters"].items():
            if name not in known and "Default" not in declaration:
                problems.append(f"{stem}.yaml: nobody says {name}")
    if problems:
        sys.exit("\n".join(problems))
    print(f"{len(stages)} stages, {len(templates)} templates: the parameters fit")


main()
