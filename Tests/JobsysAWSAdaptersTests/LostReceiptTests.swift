import HTTPTypes
import JobsysAWS
import JobsysAWSAdapters
import JobsysCore
import JobsysHTTP
import JobsysJSON
import JobsysSigV4
import Testing

/// A message that was deleted, or that somebody else has received since, is no failure of the queue.
@Suite("A receipt that does not hold any more", .timeLimit(.minutes(1)))
struct LostReceiptTests {
    /// A queue that refuses every entry of a batch in the same words.
    private struct RefusingQueue: HTTPTransport {
        let code: String
        let message: String
        var direct: any HTTPTransport { self }

        func send(
            _ request: HTTPRequest,
            body: [UInt8],
            timeouts: TransportTimeouts
        ) async throws(TransportError) -> TransportResponse {
            let failure: JSONValue = [
                "Id": "0", "Code": .string(code), "Message": .string(message), "SenderFault": true,
            ]
            let answer: JSONValue = ["Failed": [failure]]
            return TransportResponse(head: HTTPResponse(status: .ok), body: Array(answer.serializedString.utf8))
        }
    }

    private static let expired =
        "Value r for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."
    private static let gone = """
        Value r for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility \
        timeout change.
        """

    // Sources: Amazon SQS API Reference, "DeleteMessageBatch" and "ChangeMessageVisibility", errors; re:Post, "How do I
    // troubleshoot the error in SQS `receipt handle has expired`"; LocalStack, which adds `Exception`.
    @Test(
        "is nothing to be done about, however the service spells it",
        arguments: [
            ("InvalidParameterValue", gone), ("InvalidParameterValueException", gone),
            ("InvalidParameterValue", expired),
            ("InvalidParameterValueException", expired), ("ReceiptHandleIsInvalid", "The receipt handle has expired"),
            ("ReceiptHandleIsInvalidException", ""), ("AWS.SimpleQueueService.ReceiptHandleIsInvalid", ""),
            ("MessageNotInflight", ""), ("AWS.SimpleQueueService.MessageNotInflight", ""),
            ("com.amazonaws.sqs#MessageNotInflight", ""),
        ]
    )
    func lost(code: String, message: String) async throws {
        let queue = queue(code, message)
        try await queue.delete(Self.delivery)
        try await queue.hide(Self.delivery, for: .seconds(10))
    }

    @Test(
        "is told from everything else that is wrong with a call",
        arguments: [
            (
                "InvalidParameterValue",
                "Value 43201 for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200."
            ),
            (
                "InvalidParameterValueException",
                "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]"
            ),
            ("InternalError", gone), ("KmsAccessDenied", ""),
        ]
    )
    func others(code: String, message: String) async throws {
        let queue = queue(code, message)
        for call in [
            { try await queue.delete(Self.delivery) }, { try await queue.hide(Self.delivery, for: .seconds(10)) },
        ] {
            let error = await #expect(throws: DependencyError.self) { try await call() }
            #expect(error?.code == code)
        }
    }

    @Test(
        "An entry that is refused for a moment only may be tried again, whoever is said to be at fault",
        arguments: [
            ("RequestThrottled", true), ("ThrottlingException", true),
            ("AWS.SimpleQueueService.RequestThrottled", true),
            ("InvalidAddress", false),
        ]
    )
    func transient(code: String, isTransient: Bool) async throws {
        let error = await #expect(throws: DependencyError.self) { try await queue(code, "").delete(Self.delivery) }
        #expect(error?.isTransient == isTransient)
    }

    private static let delivery = Delivery(messageID: "m", receipt: "r", body: "", receiveCount: 1, sentAt: nil)

    private func queue(_ code: String, _ message: String) -> SQSJobQueue {
        let credentials = AWSCredentials(accessKeyID: "test", secretAccessKey: "test")
        let client = AWSClient(
            configuration: AWSConfiguration(region: "us-east-1", credentials: StaticCredentials(credentials)),
            transport: RefusingQueue(code: code, message: message)
        )
        return SQSJobQueue(client: client, queueURL: "http://localhost/0/jobs")
    }
}
