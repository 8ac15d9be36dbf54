"""Compares what the policies of access.yaml grant with what the services were seen to ask for.

    access.py <template> <recording>

Nothing that was asked for may be missing, and nothing may be granted that was not asked for.
"""

import sys

from cfnlint.decode import cfn_yaml

# What a resource of the data plane is called in stage dev.
RESOURCES = {
    "jobsys-dev-jobs": {"sqs": "JobsQueueArn", "dynamodb": "JobsTableArn"},
    "jobsys-dev-jobs-fifo.fifo": {"sqs": "JobsFifoQueueArn"},
    "jobsys-dev-jobs-dlq": {"sqs": "JobsDlqArn"},
    "jobsys-dev-jobs-fifo-dlq.fifo": {"sqs": "JobsFifoDlqArn"},
    "incidents": {"sns": "IncidentTopicArn"},
}
# Where access.yaml lets parameters be, and in stage dev.
PARAMETERS = "parameter/${NamePrefix}/${Stage}/handlers/*"
PARAMETERS_OF_DEV = "/jobsys/dev/handlers/"
SETTINGS = "parameter/jobsys/${Stage}"
SETTINGS_OF_DEV = "/jobsys/dev"
# SSM decrypts a parameter as who reads it, without a call of his own. Source: AWS Systems Manager User Guide, "How AWS
# Systems Manager Parameter Store uses AWS KMS".
DECRYPTED_BY_SSM = ("kms:Decrypt", "HandlerSecretsKeyArn")
POLICIES = {"svc-api": "ApiPolicy", "svc-worker": "WorkerPolicy", "dlq-handler": "DeadLetterPollerPolicy"}
DEAD_LETTERS = ("JobsDlqArn", "JobsFifoDlqArn")
# Lambda takes the messages and hides them, as the function's role. Source: AWS Lambda Developer Guide, "Using Lambda with
# Amazon SQS", execution role permissions.
TAKEN_BY_LAMBDA = {
    (action, queue)
    for action in ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
    for queue in DEAD_LETTERS
}


def granted(template, policy):
    """Pairs of action and resource; what is granted on a condition counts as granted."""
    statements = template["Resources"][policy]["Properties"]["PolicyDocument"]["Statement"]
    pairs = set()
    for statement in statements:
        statement = statement["Fn::If"][1] if "Fn::If" in statement else statement
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        pairs |= {(action, granted_resource(resource)) for action in statement["Action"] for resource in resources}
    return pairs


def granted_resource(resource):
    """The resource's parameter, with what comes after it for an index; of parameters where they are."""
    for parameters in (PARAMETERS, SETTINGS):
        if "Fn::Sub" in resource and resource["Fn::Sub"].endswith(parameters):
            return parameters
    return resource["Ref"] if "Ref" in resource else resource["Fn::Sub"].replace("${", "").replace("}", "")


def seen_resource(action, name):
    """The same, of what was recorded."""
    if action.startswith("ssm:") and name.startswith(PARAMETERS_OF_DEV):
        return PARAMETERS
    if name == SETTINGS_OF_DEV:
        return SETTINGS
    name, slash, index = name.partition("/")
    return RESOURCES[name][action.split(":")[0]] + slash + index


def compare(policy, grants, needs):
    problems = [f"{policy} lacks {action} on {resource}" for action, resource in sorted(needs - grants)]
    return problems + [f"{policy} needs no {action} on {resource}" for action, resource in sorted(grants - needs)]


def main():
    template = cfn_yaml.load(sys.argv[1])
    seen = {service: set() for service in POLICIES}
    for line in open(sys.argv[2]):
        service, action, resource = line.split()
        seen[service].add((action, seen_resource(action, resource)))
        if action == "ssm:GetParameter":
            seen[service].add(DECRYPTED_BY_SSM)
    problems = []
    for service, policy in POLICIES.items():
        problems += compare(policy, granted(template, policy), seen[service])
    on_letters = {pair for pair in seen["dlq-handler"] if pair[1] in DEAD_LETTERS}
    problems += compare(
        "DeadLetterFunctionPolicy",
        granted(template, "DeadLetterFunctionPolicy"),
        seen["dlq-handler"] - on_letters | TAKEN_BY_LAMBDA,
    )
    if problems:
        sys.exit("\n".join(problems))
    for service in POLICIES:
        print(f"{service}: {len(seen[service])} actions, all granted, and no other")


main()
