"""Writes botocore.json: inputs of operations as botocore serialises them.

Needs botocore (pip install botocore==1.43.106). Run it here: python3 generate.py > botocore.json
"""

import datetime
import json

from botocore.serialize import create_serializer
from botocore.session import Session

session = Session()
cases = []
KEY = {"PK": {"S": "a"}}
NAMES = {"#n0": "PK", "#n1": "n"}


def add(service, operation, **parameters):
    model = session.get_service_model(service)
    # The services whose first choice is another protocol speak this one too.
    serializer = create_serializer("json", include_validation=False)
    request = serializer.serialize_to_request(parameters, model.operation_model(operation))
    cases.append({
        "name": f"{service} {operation} {sum(case['operation'] == operation for case in cases) + 1}",
        "operation": operation, "target": request["headers"]["X-Amz-Target"],
        "contentType": request["headers"]["Content-Type"],
        "body": json.loads(request["body"]),
    })


def dynamodb(operation, **parameters):
    add("dynamodb", operation, **parameters)


def sqs(operation, **parameters):
    add("sqs", operation, **parameters)


dynamodb("PutItem", TableName="T", Item={
    "PK": {"S": "é😀\"\n"}, "empty": {"S": ""}, "int": {"N": "-9007199254740993"}, "float": {"N": "0.1"},
    "long": {"N": "12345678901234567890123456789012345678"}, "bytes": {"B": b"\x00\x01\xff"}, "none": {"NULL": True},
    "no": {"BOOL": False}, "map": {"M": {"a": {"L": [{"S": "x"}, {"M": {}}]}}}, "strings": {"SS": ["x", "y"]},
    "numbers": {"NS": ["1", "2.5"]}, "blobs": {"BS": [b"\x01", b""]}})
dynamodb("PutItem", TableName="T", Item=KEY, ConditionExpression="attribute_not_exists(#n0)",
         ExpressionAttributeNames={"#n0": "PK"}, ReturnValues="ALL_OLD", ReturnValuesOnConditionCheckFailure="ALL_OLD")
dynamodb("GetItem", TableName="T", Key=KEY, ConsistentRead=True, ProjectionExpression="#n0, #n1",
         ExpressionAttributeNames=NAMES)
dynamodb("UpdateItem", TableName="T", Key=KEY, UpdateExpression="SET #n0 = #n0 + :v0, #n1.#n2[3] = :v1",
         ConditionExpression="size(#n3) < :v2", ExpressionAttributeNames={"#n0": "n", "#n1": "a.b", "#n2": "size", "#n3": "s"},
         ExpressionAttributeValues={":v0": {"N": "1"}, ":v1": {"S": "x"}, ":v2": {"N": "4"}}, ReturnValues="UPDATED_NEW")
dynamodb("DeleteItem", TableName="T", Key=KEY, ReturnValues="ALL_OLD")
dynamodb("DescribeTable", TableName="T")
dynamodb("Query", TableName="T", IndexName="i", KeyConditionExpression="#n0 = :v0",
         ExpressionAttributeNames={"#n0": "PK"}, ExpressionAttributeValues={":v0": {"S": "a"}}, ScanIndexForward=False,
         Limit=2, ExclusiveStartKey=KEY, ConsistentRead=True)
dynamodb("Scan", TableName="T", IndexName="i", FilterExpression="attribute_exists(#n0)", ProjectionExpression="#n1",
         ExpressionAttributeNames=NAMES, Segment=0, TotalSegments=4, Limit=2, ExclusiveStartKey=KEY, ConsistentRead=True)
dynamodb("BatchGetItem", RequestItems={
    "T": {"Keys": [KEY, {"PK": {"S": "b"}}], "ConsistentRead": True, "ProjectionExpression": "#n0",
          "ExpressionAttributeNames": {"#n0": "PK"}}, "U": {"Keys": [KEY]}})
dynamodb("BatchWriteItem", RequestItems={
    "T": [{"PutRequest": {"Item": KEY}}, {"DeleteRequest": {"Key": {"PK": {"S": "b"}}}}]})
dynamodb("TransactWriteItems", ClientRequestToken="token", TransactItems=[
    {"Put": {"TableName": "T", "Item": KEY}},
    {"Update": {"TableName": "T", "Key": KEY, "UpdateExpression": "REMOVE #n0", "ExpressionAttributeNames": {"#n0": "x"}}},
    {"Delete": {"TableName": "T", "Key": KEY, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}},
    {"ConditionCheck": {"TableName": "T", "Key": KEY, "ConditionExpression": "attribute_exists(#n0)",
                        "ExpressionAttributeNames": {"#n0": "PK"}}}])

ATTRIBUTES = {"s": {"DataType": "String", "StringValue": "v"}, "n": {"DataType": "Number", "StringValue": "-1.5"},
              "b": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
              "c": {"DataType": "Number.cents", "StringValue": "7"}}
sqs("SendMessage", QueueUrl="q", MessageBody="é", DelaySeconds=3, MessageAttributes=ATTRIBUTES,
    MessageSystemAttributes={"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1"}})
sqs("SendMessage", QueueUrl="q.fifo", MessageBody="x", MessageGroupId="g", MessageDeduplicationId="d")
sqs("SendMessageBatch", QueueUrl="q", Entries=[
    {"Id": "a", "MessageBody": "x", "MessageAttributes": ATTRIBUTES, "MessageGroupId": "tenant"},
    {"Id": "b", "MessageBody": "y", "DelaySeconds": 0}])
sqs("ReceiveMessage", QueueUrl="q.fifo", MaxNumberOfMessages=5, WaitTimeSeconds=20, VisibilityTimeout=30,
    ReceiveRequestAttemptId="r", MessageSystemAttributeNames=["All"], MessageAttributeNames=["All"])
sqs("DeleteMessage", QueueUrl="q", ReceiptHandle="r")
sqs("DeleteMessageBatch", QueueUrl="q", Entries=[{"Id": "a", "ReceiptHandle": "r"}])
sqs("ChangeMessageVisibility", QueueUrl="q", ReceiptHandle="r", VisibilityTimeout=0)
sqs("ChangeMessageVisibilityBatch", QueueUrl="q",
    Entries=[{"Id": "a", "ReceiptHandle": "r", "VisibilityTimeout": 43200}])
sqs("GetQueueAttributes", QueueUrl="q", AttributeNames=["QueueArn", "RedrivePolicy"])
sqs("GetQueueUrl", QueueName="q", QueueOwnerAWSAccountId="123456789012")

add("ssm", "GetParameter", Name="/a/b:3", WithDecryption=True)
add("ssm", "GetParameters", Names=["/a", "/b"])
add("ssm", "GetParametersByPath", Path="/a", Recursive=True, WithDecryption=True, MaxResults=2, NextToken="t")
AT = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
add("cloudwatch", "PutMetricData", Namespace="jobsys", MetricData=[
    {"MetricName": "a", "Value": 0.5, "Unit": "Milliseconds", "Timestamp": AT, "StorageResolution": 1,
     "Dimensions": [{"Name": "queue", "Value": "q"}, {"Name": "service", "Value": "w"}]},
    {"MetricName": "b", "Values": [1.0, 2.5], "Counts": [3.0, 1.0]},
    {"MetricName": "c", "StatisticValues": {"SampleCount": 2.0, "Sum": 3.0, "Minimum": 1.0, "Maximum": 2.0}}])
add("stepfunctions", "StartExecution", stateMachineArn="arn", name="n", input='{"a":1}', traceHeader="Root=1")
add("stepfunctions", "SendTaskSuccess", taskToken="t", output='{"ok":true}')
add("stepfunctions", "SendTaskFailure", taskToken="t", error="E", cause="c")
add("stepfunctions", "SendTaskHeartbeat", taskToken="t")

print(json.dumps(cases, indent=1, ensure_ascii=False))
