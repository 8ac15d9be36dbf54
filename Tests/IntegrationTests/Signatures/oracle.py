"""Writes random requests and what botocore makes of them, as JSON: oracle.py SEED COUNT > FILE.

Left out is what botocore does otherwise by design: a Date header in place of X-Amz-Date, and queries that are not encoded
in full.
"""

import datetime
import json
import random
import sys
from unittest import mock
from urllib.parse import quote

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

HOSTS = ["example.amazonaws.com", "SQS.eu-Central-1.amazonaws.com", "localhost", "127.0.0.1", "[::1]", "[2001:DB8::1]",
         "user@h.example", "user:pw@h.example"]
PORTS = ["", ":80", ":443", ":4566", ":8080"]
SEGMENTS = ["", ".", "..", "a", "B", "...", ".a", "a..", "%2F", "%25", "-._~", "!$&'()*+,;=:@"]
UNSIGNED = ["Connection", "Expect", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer",
            "Transfer-Encoding", "Upgrade", "User-Agent", "X-Amzn-Trace-Id"]
SIGNED = ["Content-Type", "content-type", "X-Amz-Target", "x-amz-meta-a", "X-Amz-Meta-A", "X-Amz-Meta-Ab", "My-Header",
          "my-header", "Accept", "Zulu", "A", "A-B", "Content-Length", "Amz-Sdk-Request"]
LETTERS = "abcXYZ019-._~ !*'();:@&=+$,/?#[]%\"\\é€😀"


def text(rng, longest):
    return "".join(rng.choice(LETTERS) for _ in range(rng.randint(0, longest)))


def encoded(rng):
    return quote(text(rng, 6), safe="-_.~")


def path(rng):
    segments = [rng.choice(SEGMENTS) if rng.random() < 0.6 else quote(text(rng, 5), safe="~")
                for _ in range(rng.randint(0, 6))]
    return "/" + "/".join(segments)


def query(rng):
    if rng.random() < 0.3:
        return rng.choice(["", "?"])
    parameters = []
    for _ in range(rng.randint(1, 6)):
        name = rng.choice(["", "a", "A", "a-b", "ab", encoded(rng)])
        parameters.append(name + rng.choice(["", "=", "=" + encoded(rng), "=" + encoded(rng)]))
    return "?" + "&".join(parameters)


def value(rng):
    spaces = [" ", "  ", "\t", " \t ", "\r\n ", ""]
    words = ["a", "b c", "\"x   y\"", "value;q=1", "é", ","]
    return "".join(rng.choice(spaces) + rng.choice(words) for _ in range(rng.randint(0, 4))) + rng.choice(spaces)


def headers(rng, token):
    found = [(rng.choice(SIGNED), value(rng)) for _ in range(rng.randint(0, 6))]
    found += [(rng.choice(UNSIGNED), value(rng)) for _ in range(rng.randint(0, 2))]
    if rng.random() < 0.1:
        found.append(("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"))
    if rng.random() < 0.1:
        found += [("X-Amz-Date", "20000101T000000Z"), ("Authorization", "old")]
    if rng.random() < 0.1 and token:
        found.append(("X-Amz-Security-Token", "old"))
    rng.shuffle(found)
    return found


def recording(auth):
    """The signer, keeping what it signs."""
    class Recording(auth):
        def string_to_sign(self, request, canonical_request):
            signed = super().string_to_sign(request, canonical_request)
            request.context["seen"] = (canonical_request, signed)
            return signed
    return Recording


def case(rng):
    token = rng.choice([None, quote(text(rng, 40)) + "+/=="])
    made = {
        "method": rng.choice(["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "PROPFIND"]),
        "scheme": rng.choice(["https", "http"]),
        "authority": rng.choice(HOSTS) + rng.choice(PORTS),
        "path": path(rng) + query(rng),
        "headers": headers(rng, token),
        "body": text(rng, 80),
        "service": rng.choice(["dynamodb", "sqs", "s3", "execute-api"]),
        "region": rng.choice(["us-east-1", "eu-central-1", "us-gov-west-1"]),
        "accessKeyID": rng.choice(["AKIDEXAMPLE", "ASIA0123456789ABCDEF"]),
        "secret": rng.choice(["wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "k" * 100]),
        "token": token,
        "at": rng.randint(0, 4_102_444_800),
        "s3": rng.random() < 0.35,
    }
    made.update(signed(made))
    return made


def signed(made):
    request = AWSRequest(made["method"], f"{made['scheme']}://{made['authority']}{made['path']}",
                         data=made["body"].encode())
    for name, content in made["headers"]:
        request.headers.add_header(name, content)
    credentials = Credentials(made["accessKeyID"], made["secret"], made["token"])
    auth = recording(S3SigV4Auth if made["s3"] else SigV4Auth)(credentials, made["service"], made["region"])
    now = datetime.datetime.fromtimestamp(made["at"], datetime.timezone.utc)
    with mock.patch("botocore.auth.get_current_datetime", lambda: now):
        auth.add_auth(request)
    canonical_request, string_to_sign = request.context["seen"]
    return {"canonicalRequest": canonical_request, "stringToSign": string_to_sign,
            "authorization": request.headers["Authorization"]}


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    json.dump({"seed": seed, "cases": [case(rng) for _ in range(count)]}, sys.stdout, ensure_ascii=False)


main()
