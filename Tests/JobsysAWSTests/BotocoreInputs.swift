import JobsysAWS
import JobsysJSON

/// The inputs of `Vectors/generate.py`, in our types.
enum BotocoreInputs {
    static let all = dynamoDB.merging(sqs) { first, _ in first }.merging(others) { first, _ in first }

    private static let key: DynamoDB.Item = ["PK": .s("a")]
    private static let otherKey: DynamoDB.Item = ["PK": .s("b")]

    private static let everyType: DynamoDB.Item = [
        "PK": .s("é😀\"\n"), "empty": .s(""), "int": .n(-9_007_199_254_740_993), "float": .n(0.1),
        "long": .n("12345678901234567890123456789012345678"), "bytes": .b([0, 1, 255]), "none": .null,
        "no": .bool(false), "map": .m(["a": .l([.s("x"), .m([:])])]), "strings": .ss(["x", "y"]),
        "numbers": .ns(["1", "2.5"]), "blobs": .bs([[1], []]),
    ]

    private static let count = DynamoDB.Attribute("n")

    private static let dynamoDB: [String: any AWSOperation] = [
        "dynamodb PutItem 1": DynamoDB.PutItem(table: "T", item: everyType),
        "dynamodb PutItem 2": DynamoDB.PutItem(
            table: "T",
            item: key,
            condition: .attributeNotExists("PK"),
            returning: .allOld,
            returnsExistingOnFailure: true
        ),
        "dynamodb GetItem 1": DynamoDB.GetItem(table: "T", key: key, consistent: true, attributes: ["PK", "n"]),
        "dynamodb UpdateItem 1": DynamoDB.UpdateItem(
            table: "T",
            key: key,
            update: .init().set(count, to: .attribute(count) + .value(.n(1)))
                .set(DynamoDB.Attribute("a.b")["size"][3], to: .value(.s("x"))),
            condition: DynamoDB.Attribute("s").size < .n(4),
            returning: .updatedNew
        ),
        "dynamodb DeleteItem 1": DynamoDB.DeleteItem(table: "T", key: key, returning: .allOld),
        "dynamodb DescribeTable 1": DynamoDB.DescribeTable(table: "T"),
        "dynamodb Query 1": DynamoDB.Query(
            table: "T",
            index: "i",
            keyCondition: DynamoDB.Attribute("PK") == .s("a"),
            ascending: false,
            limit: 2,
            exclusiveStartKey: key,
            consistent: true
        ),
        "dynamodb Scan 1": DynamoDB.Scan(
            table: "T",
            index: "i",
            filter: .attributeExists("PK"),
            segment: .init(0, of: 4),
            limit: 2,
            exclusiveStartKey: key,
            consistent: true,
            attributes: ["n"]
        ),
        "dynamodb BatchGetItem 1": DynamoDB.BatchGetItem([
            "T": .init(keys: [key, otherKey], consistent: true, attributes: ["PK"]), "U": .init(keys: [key]),
        ]),
        "dynamodb BatchWriteItem 1": DynamoDB.BatchWriteItem(["T": [.put(key), .delete(key: otherKey)]]),
        "dynamodb TransactWriteItems 1": DynamoDB.TransactWriteItems(
            actions: [
                .put(.init(table: "T", item: key)),
                .update(.init(table: "T", key: key, update: .init().remove("x"))),
                .delete(.init(table: "T", key: key, returnsExistingOnFailure: true)),
                .conditionCheck(.init(table: "T", key: key, condition: .attributeExists("PK"))),
            ],
            clientRequestToken: "token"
        ),
    ]

    private static let attributes: [String: SQS.MessageAttribute] = [
        "s": .string("v"), "n": .number("-1.5"), "b": .binary([0, 255]),
        "c": .init(dataType: "Number.cents", stringValue: "7"),
    ]

    private static let sqs: [String: any AWSOperation] = [
        "sqs SendMessage 1": SQS.SendMessage(
            queueURL: "q",
            body: "é",
            delay: .milliseconds(2001),
            attributes: attributes,
            traceHeader: "Root=1"
        ),
        "sqs SendMessage 2": SQS.SendMessage(queueURL: "q.fifo", body: "x", groupID: "g", deduplicationID: "d"),
        "sqs SendMessageBatch 1": SQS.SendMessageBatch(
            queueURL: "q",
            entries: [
                .init(id: "a", message: .init(body: "x", attributes: attributes, groupID: "tenant")),
                .init(id: "b", message: .init(body: "y", delay: .zero)),
            ]
        ),
        "sqs ReceiveMessage 1": SQS.ReceiveMessage(
            queueURL: "q.fifo",
            maxMessages: 5,
            wait: .seconds(20),
            visibilityTimeout: .seconds(30),
            attemptID: "r"
        ),
        "sqs DeleteMessage 1": SQS.DeleteMessage(queueURL: "q", receiptHandle: "r"),
        "sqs DeleteMessageBatch 1": SQS.DeleteMessageBatch(
            queueURL: "q",
            entries: [.init(id: "a", receiptHandle: "r")]
        ),
        "sqs ChangeMessageVisibility 1": SQS.ChangeMessageVisibility(
            queueURL: "q",
            receiptHandle: "r",
            visibilityTimeout: .zero
        ),
        "sqs ChangeMessageVisibilityBatch 1": SQS.ChangeMessageVisibilityBatch(
            queueURL: "q",
            entries: [.init(id: "a", receiptHandle: "r", visibilityTimeout: .seconds(43_200))]
        ),
        "sqs GetQueueAttributes 1": SQS.GetQueueAttributes(queueURL: "q", names: ["QueueArn", "RedrivePolicy"]),
        "sqs GetQueueUrl 1": SQS.GetQueueUrl(queueName: "q", ownerAccountID: "123456789012"),
    ]

    private static let others: [String: any AWSOperation] = [
        "ssm GetParameter 1": SSM.GetParameter("/a/b:3", decrypted: true),
        "ssm GetParameters 1": SSM.GetParameters(["/a", "/b"]),
        "ssm GetParametersByPath 1": SSM.GetParametersByPath(
            path: "/a",
            decrypted: true,
            maxResults: 2,
            nextToken: "t"
        ),
        "cloudwatch PutMetricData 1": CloudWatch.PutMetricData(
            namespace: "jobsys",
            data: [
                .init(
                    "a",
                    .value(0.5),
                    unit: "Milliseconds",
                    dimensions: ["service": "w", "queue": "q"],
                    timestamp: Fixture.epoch,
                    isHighResolution: true
                ),
                .init("b", .values([1, 2.5], counts: [3, 1])),
                .init("c", .statistics(sampleCount: 2, sum: 3, minimum: 1, maximum: 2)),
            ]
        ),
        "stepfunctions StartExecution 1": StepFunctions.StartExecution(
            stateMachineARN: "arn",
            executionName: "n",
            input: ["a": 1],
            traceHeader: "Root=1"
        ),
        "stepfunctions SendTaskSuccess 1": StepFunctions.SendTaskSuccess(taskToken: "t", output: ["ok": true]),
        "stepfunctions SendTaskFailure 1": StepFunctions.SendTaskFailure(taskToken: "t", error: "E", cause: "c"),
        "stepfunctions SendTaskHeartbeat 1": StepFunctions.SendTaskHeartbeat(taskToken: "t"),
    ]
}
