import Testing

@testable import JobsysAWS

/// Services, protocols and emulators spell one error in several ways; what is made of it is the same.
@Suite struct ErrorNameTests {
    @Test(
        "A namespace before a name and Exception behind it make no other error of it",
        arguments: [
            ("ThrottlingException", "Throttling"), ("com.amazonaws.sqs#MessageNotInflight", "MessageNotInflight"),
            ("AWS.SimpleQueueService.MessageNotInflight", "MessageNotInflight"),
            ("InvalidParameterValueException", "InvalidParameterValue"), ("ThrottlingError", "ThrottlingException"),
            ("IDPCommunicationErrorException", "IDPCommunicationError"), ("Exception", "Exception"), ("", ""),
        ]
    )
    func same(one: String, other: String) {
        #expect(ErrorName(one) == ErrorName(other))
    }

    @Test(
        "Different errors stay different",
        arguments: [("Throttled", "Throttling"), ("ExceptionX", "X"), ("InvalidParameter", "InvalidParameterValue")]
    )
    func different(one: String, other: String) {
        #expect(ErrorName(one) != ErrorName(other))
    }

    @Test(
        "A condition that fails is an outcome",
        arguments: ["ConditionalCheckFailed", "ConditionalCheckFailedException"]
    )
    func condition(code: String) async throws {
        let fixture = Fixture([.error(400, code)])
        #expect(try await fixture.client.perform(Fixture.putNew) == .conditionFailed(existing: nil))
    }

    @Test(
        "An answer is judged by its meaning",
        arguments: [
            ("Throttling", .throttled), ("ThrottlingException", .throttled), ("ThrottlingError", .throttled),
            ("ProvisionedThroughputExceeded", .throttled), ("AWS.SimpleQueueService.RequestThrottled", .throttled),
            ("ExpiredTokenException", .refreshCredentials), ("TransactionConflict", .transient),
            ("ReplicatedWriteConflictException", .transient), ("ValidationException", .fail),
        ] as [(String, RetryVerdict)]
    )
    func verdict(code: String, verdict: RetryVerdict) {
        #expect(RetryVerdict(ErrorName(code), status: 400) == verdict)
    }

    @Test(
        "A receipt that does not hold any more is known, and nothing else is taken for one",
        arguments: [
            ("ReceiptHandleIsInvalid", "", true), ("AWS.SimpleQueueService.MessageNotInflight", "", true),
            (
                "InvalidParameterValue",
                "Value r for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.", true
            ),
            (
                "InvalidParameterValueException",
                "Value r for parameter ReceiptHandle is invalid. Reason: Message does not exist.", true
            ),
            (
                "InvalidParameterValue",
                "Value 9 for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200.", false
            ),
            ("InternalError", "Value r for parameter ReceiptHandle is invalid.", false),
        ]
    )
    func lostReceipt(code: String, message: String, isLost: Bool) {
        #expect(SQS.BatchFailure(id: "0", code: code, message: message, isSenderFault: true).isLostReceipt == isLost)
    }
}
