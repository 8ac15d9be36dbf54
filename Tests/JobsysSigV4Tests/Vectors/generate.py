"""Writes botocore.json: requests as botocore signs them at fixed times.

Needs botocore (pip install botocore==1.43.106). Run it here: python3 generate.py > botocore.json
"""

import datetime
import json
from unittest import mock

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJIMEYCIQD+/=="
JSON10 = ("Content-Type", "application/x-amz-json-1.0")
GET = '{"TableName":"Jobs","Key":{"PK":{"S":"JOB#0192"}},"ConsistentRead":true}'
cases = []


def add(name, method, scheme, authority, path, headers=(), body="", service="service", region="us-east-1",
        token=None, at="2015-08-30T12:36:00", s3=False):
    request = AWSRequest(method=method, url=f"{scheme}://{authority}{path}", data=body.encode())
    for key, value in headers:
        request.headers.add_header(key, value)
    signer = (S3SigV4Auth if s3 else SigV4Auth)(Credentials(*KEY, token), service, region)
    with mock.patch("botocore.auth.get_current_datetime", lambda: datetime.datetime.fromisoformat(at)):
        signer.add_auth(request)
    cases.append({
        "name": name, "method": method, "scheme": scheme, "authority": authority, "path": path,
        "headers": [list(header) for header in headers], "body": body, "service": service, "region": region,
        "token": token, "at": int(datetime.datetime.fromisoformat(at + "+00:00").timestamp()), "s3": s3,
        "authorization": request.headers["Authorization"],
        "amz": {key.lower(): value for key, value in request.headers.items()
                if key.lower() in ("x-amz-date", "x-amz-security-token", "x-amz-content-sha256")},
    })


def dynamodb(name, operation, body, **options):
    add(name, "POST", "https", "dynamodb.eu-central-1.amazonaws.com", "/",
        [JSON10, ("X-Amz-Target", f"DynamoDB_20120810.{operation}")], body, "dynamodb", "eu-central-1", **options)


def sqs(name, operation, body, scheme="https", authority="sqs.eu-central-1.amazonaws.com", headers=(), **options):
    add(name, "POST", scheme, authority, "/",
        [JSON10, ("X-Amz-Target", f"AmazonSQS.{operation}"), ("X-Amzn-Query-Mode", "true"), *headers],
        body, "sqs", "eu-central-1", **options)


dynamodb("dynamodb GetItem", "GetItem", GET)
dynamodb("dynamodb PutItem with unicode", "PutItem", '{"Item":{"PK":{"S":"é😀"}},"TableName":"Jobs"}')
dynamodb("dynamodb with a session token", "GetItem", GET, token=TOKEN)
dynamodb("dynamodb at the end of a leap day", "GetItem", GET, at="2024-02-29T23:59:59")
dynamodb("dynamodb at the start of a year", "GetItem", GET, at="2027-01-01T00:00:00")
dynamodb("dynamodb with an empty object", "ListTables", "{}")
sqs("sqs SendMessage", "SendMessage", '{"QueueUrl":"http://q/1/jobs","MessageBody":"x"}')
sqs("sqs with a session token", "ReceiveMessage", '{"QueueUrl":"u","WaitTimeSeconds":20}', token=TOKEN)
sqs("sqs with unsigned headers", "SendMessage", "{}", headers=[
    ("User-Agent", "jobsys/1"), ("X-Amzn-Trace-Id", "Root=1-2-3"), ("Expect", "100-continue"), ("Connection", "close"),
    ("TE", "trailers"), ("Upgrade", "h2c"), ("Keep-Alive", "5")])
sqs("sqs with signed invocation headers", "SendMessage", "{}", headers=[
    ("Amz-Sdk-Invocation-Id", "5b2a7f20-0000-4000-8000-000000000000"), ("Amz-Sdk-Request", "attempt=1; max=3")])
sqs("sqs emulator on a port", "SendMessage", "{}", scheme="http", authority="localhost:4566")
sqs("sqs on the default http port", "SendMessage", "{}", scheme="http", authority="localhost:80")
sqs("sqs on the default https port", "SendMessage", "{}", authority="localhost:443")
sqs("sqs on the https port over http", "SendMessage", "{}", scheme="http", authority="localhost:443")
sqs("sqs on an IPv4 address", "SendMessage", "{}", scheme="http", authority="127.0.0.1:9324")
sqs("sqs on an IPv6 address", "SendMessage", "{}", scheme="http", authority="[::1]:4566")
sqs("sqs on an IPv6 address without a port", "SendMessage", "{}", scheme="http", authority="[2001:DB8::1]")
sqs("sqs with an upper-case host", "SendMessage", "{}", authority="SQS.EU-Central-1.amazonaws.com")
add("sts form", "POST", "https", "sts.us-east-1.amazonaws.com", "/",
    [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
    "Action=GetCallerIdentity&Version=2011-06-15", "sts")
add("iam ListUsers", "GET", "https", "iam.amazonaws.com", "/?Action=ListUsers&Version=2010-05-08",
    [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")], service="iam")
for title, path in [
    ("no path", ""), ("sorted names", "/?Param2=b&Param1=a"), ("sorted values", "/?a=2&a=10&a=1"),
    ("a name without a value", "/?acl"), ("an empty value", "/?acl="), ("an empty query", "/?"),
    ("an equals sign in a value", "/?a=b%3D%3D&c=d"), ("upper before lower", "/?b=1&B=2&a=3&A=4"),
    ("an encoded space", "/?a%20b=c%20d"), ("encoded unicode", "/?%E1%88%B4=bar"), ("prefix names", "/?a-b=1&a=2&ab=3"),
    ("dot segments", "/a/./b/../c"), ("dots beyond the root", "/../../a"), ("double slashes", "//a//b//"),
    ("a last dot segment", "/a/b/.."), ("a trailing slash", "/a/b/"), ("only dots", "/a/../"),
    ("an encoded ARN", "/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Af/invocations"),
    ("an encoded space in a path", "/a%20b/c"), ("encoded unicode in a path", "/%E1%88%B4"),
    ("unreserved characters", "/-._~0123456789AZaz"), ("sub-delimiters", "/!$&'()*+,;=:@"), ("path and query", "/2015/x?b=2&a=1"),
]:
    add("GET with " + title, "GET", "https", "example.amazonaws.com", path)
for title, headers in [
    ("repeated headers", [("My-Header1", "value2"), ("My-Header1", "value1"), ("My-Header1", "value2")]),
    ("white space", [("My-Header1", "a   b \t c"), ("My-Header2", "\"x   y\"")]),
    ("unicode", [("My-Header1", "é😀")]),
    ("an empty header", [("My-Header1", ""), ("Zulu", "1"), ("Alpha", "2")]),
    ("a stated body hash", [("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")]),
    ("an old date and signature", [("X-Amz-Date", "20000101T000000Z"), ("Authorization", "old")]),
]:
    add("headers: " + title, "GET", "https", "example.amazonaws.com", "/", headers)
for method in ["PUT", "DELETE", "HEAD", "PATCH"]:
    add("method " + method, method, "https", "example.amazonaws.com", "/x", body="" if method == "HEAD" else "body")
for title, path in [("a key", "/bucket/key"), ("dots and slashes kept", "/bucket//a/../b/./c"), ("encoded", "/bucket/a%20b%2Fc"),
                    ("a query", "/bucket?prefix=a%2Fb&list-type=2"), ("sub-delimiters", "/bucket/a+b=c@d")]:
    add("s3 with " + title, "GET", "https", "s3.eu-west-1.amazonaws.com", path, service="s3", region="eu-west-1", s3=True)
add("s3 PUT with a token", "PUT", "https", "bucket.s3.eu-west-1.amazonaws.com", "/key", [("Content-Type", "text/plain")],
    "hello", "s3", "eu-west-1", TOKEN, s3=True)

print(json.dumps(cases, indent=1, ensure_ascii=False))
