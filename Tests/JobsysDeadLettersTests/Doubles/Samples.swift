import JobsysCore
import JobsysDeadLetters
import JobsysJSON
import JobsysTestKit
import JobsysTime
import ServiceLifecycle
import ServiceLifecycleTestKit

extension DependencyError {
    static let outage = DependencyError(
        dependency: "dynamodb",
        code: "InternalServerError",
        message: "down",
        isTransient: true
    )
}

extension LambdaInvocation {
    static func sample(
        _ requestID: String = "request-1",
        event: String = #"{"Records":[]}"#,
        deadline: Timestamp = Timestamp(milliseconds: 32_503_680_000_000)
    ) -> LambdaInvocation {
        LambdaInvocation(requestID: requestID, deadline: deadline, event: Array(event.utf8))
    }
}

/// The record of a message as Lambda hands it over.
func record(_ id: String, body: String, messageAttributes: [String: String] = [:]) -> JSONValue {
    var attributes = JSONObject()
    for (name, value) in messageAttributes {
        attributes[name] = [
            "stringValue": .string(value), "stringListValues": [], "binaryListValues": [], "dataType": "String",
        ]
    }
    return [
        "messageId": .string(id),
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": .string(body),
        "attributes": [
            "ApproximateReceiveCount": "3",
            "SentTimestamp": "1763720000123",
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": "1763720000456",
            "AWSTraceHeader": "Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=1",
        ],
        "messageAttributes": .object(attributes),
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:jobs-dlq",
        "awsRegion": "eu-central-1",
    ]
}

func event(_ records: JSONValue...) -> String {
    JSONValue.object(["Records": .array(records)]).serializedString
}

/// Runs a service as long as `body` does, then shuts it down gracefully, if `body` has not, and waits for its end; if there
/// is a clock, its time goes on meanwhile.
func running(
    _ service: some Service,
    by clock: ManualClock? = nil,
    _ body: @Sendable (_ shutDown: () -> Void) async throws -> Void
) async throws {
    try await testGracefulShutdown { trigger in
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            try await body(trigger.triggerGracefulShutdown)
            trigger.triggerGracefulShutdown()
            if let clock {
                group.addTask {
                    while !Task.isCancelled {
                        clock.advance(by: .milliseconds(500))
                        await Task.yield()
                    }
                }
            }
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
