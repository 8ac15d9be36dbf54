"""Writes endpoints.json: where botocore's rules have each service, for every region.

The four URLs are for plain, dual stack, FIPS, and FIPS with dual stack.

Needs botocore (pip install botocore==1.43.106). Run it here: python3 generate_endpoints.py > endpoints.json
"""

import json

from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError
from botocore.loaders import create_loader

# Ours by the service id in AWS_ENDPOINT_URL_<ID>, botocore's by its folder.
SERVICES = {
    "DYNAMODB": "dynamodb", "SQS": "sqs", "SSM": "ssm", "SFN": "stepfunctions", "CLOUDWATCH": "cloudwatch",
    "CLOUDWATCH_LOGS": "logs", "XRAY": "xray", "LAMBDA": "lambda", "STS": "sts", "SSO": "sso", "SSO_OIDC": "sso-oidc",
}
# Regions that no list has yet go by the shape of their names.
UNLISTED = ["eu-central-9", "cn-south-7", "us-gov-north-1", "us-iso-east-9", "mars-north-1"]

loader = create_loader()
partitions = loader.load_data("partitions")
regions = [region for partition in partitions["partitions"] for region in partition["regions"]
           if not region.endswith("-global")]


def url(provider, region, fips, dual_stack):
    parameters = {"Region": region, "UseFIPS": fips, "UseDualStack": dual_stack}
    if "UseGlobalEndpoint" in provider.ruleset.parameters:
        parameters["UseGlobalEndpoint"] = False
    try:
        return provider.resolve_endpoint(**parameters).url
    except EndpointProviderError:
        return None


# Regions with the same answers share an entry; "*" stands for the region.
answers = []
for name, folder in SERVICES.items():
    provider = EndpointProvider(loader.load_service_model(folder, "endpoint-rule-set-1"), partitions)
    groups = {}
    for region in sorted(regions) + UNLISTED:
        urls = [url(provider, region, fips, dual) for fips in (False, True) for dual in (False, True)]
        groups.setdefault(tuple(text.replace(region, "*") for text in urls), []).append(region)
    answers += [{"service": name, "urls": urls, "regions": names} for urls, names in groups.items()]

print("[\n" + ",\n".join(" " + json.dumps(answer) for answer in answers) + "\n]")
