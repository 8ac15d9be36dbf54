import JobsysHTTP
import Testing

@testable import JobsysAWS

@Suite struct RetryTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        let answer: ScriptedTransport.Answer
        let kind: AWSError.Kind
        let code: String
        let delays: [Duration]
        var testDescription: String { name }

        init(
            _ name: String,
            _ answer: ScriptedTransport.Answer,
            _ kind: AWSError.Kind,
            _ code: String,
            _ delays: [Duration]
        ) {
            (self.name, self.answer, self.kind, self.code, self.delays) = (name, answer, kind, code, delays)
        }
    }

    private static let short: [Duration] = [.milliseconds(25), .milliseconds(50), .milliseconds(100)]
    private static let long: [Duration] = [.seconds(1), .seconds(2), .seconds(4)]

    static let faults: [Fault] = [
        Fault("HTTP 500", .error(500, "InternalServerError"), .transient, "InternalServerError", short),
        Fault("HTTP 502 with HTML", .response(502, [:], "<html>"), .transient, "HTTP502", short),
        Fault("HTTP 503, empty", .response(503, [:], ""), .transient, "HTTP503", short),
        Fault("HTTP 504", .response(504, [:], ""), .transient, "HTTP504", short),
        Fault("HTTP 501", .response(501, [:], ""), .transient, "HTTP501", []),
        Fault("HTTP 429 without a code", .response(429, [:], ""), .throttling, "HTTP429", long),
        Fault("throttling", .error(400, "ThrottlingException"), .throttling, "ThrottlingException", long),
        Fault("throttled by KMS", .error(400, "KmsThrottlingException"), .throttling, "KmsThrottlingException", long),
        Fault(
            "throughput",
            .error(400, "ProvisionedThroughputExceededException"),
            .throttling,
            "ProvisionedThroughputExceededException",
            long
        ),
        Fault("request timeout", .error(400, "RequestTimeout"), .transient, "RequestTimeout", short),
        Fault(
            "replicated write",
            .error(409, "ReplicatedWriteConflictException"),
            .transient,
            "ReplicatedWriteConflictException",
            short
        ),
        Fault(
            "transaction conflict",
            .error(400, "TransactionConflictException"),
            .transient,
            "TransactionConflictException",
            short
        ),
        Fault("redirect", .response(307, ["location": "http://elsewhere/"], ""), .client, "HTTP307", []),
        Fault("empty answer", .response(200, [:], ""), .malformedResponse, "UnreadableAnswer", short),
        Fault(
            "wrong CRC of an error",
            .error(400, "ValidationException", ["x-amz-crc32": "1"]),
            .malformedResponse,
            "ChecksumMismatch",
            short
        ),
        Fault("validation", .error(400, "ValidationException"), .client, "ValidationException", []),
        Fault("no access", .error(400, "AccessDeniedException"), .client, "AccessDeniedException", []),
        Fault(
            "bad signature",
            .error(403, "SignatureDoesNotMatch"),
            .credentials,
            "SignatureDoesNotMatch",
            []
        ),
        Fault("expired static key", .error(400, "ExpiredTokenException"), .credentials, "ExpiredTokenException", []),
        Fault("timeout", .failure(.timedOut), .network, "TransportTimedOut", short),
        Fault("no connection", .failure(.cannotConnect), .network, "TransportCannotConnect", short),
        Fault("no address", .failure(.cannotResolve), .network, "TransportCannotResolve", short),
        Fault("connection lost", .failure(.connectionLost), .network, "TransportConnectionLost", short),
        Fault("TLS", .failure(.tlsFailed), .network, "TransportTlsFailed", short),
        Fault("shut down", .failure(.shutDown), .network, "TransportShutDown", []),
        Fault("too large", .failure(.responseTooLarge), .network, "TransportResponseTooLarge", []),
        Fault("no request", .failure(.invalidRequest), .client, "TransportInvalidRequest", []),
        Fault("answer is not JSON", .response(200, [:], "oops"), .malformedResponse, "UnreadableAnswer", short),
        Fault("answer is cut", .response(200, [:], #"{"Item":{"#), .malformedResponse, "UnreadableAnswer", short),
        Fault("answer goes on", .response(200, [:], "{}{}"), .malformedResponse, "UnreadableAnswer", short),
        Fault(
            "wrong CRC",
            .response(200, ["x-amz-crc32": "1"], "{}"),
            .malformedResponse,
            "ChecksumMismatch",
            short
        ),
    ]

    @Test("A fault is repeated as often and as patiently as its sort asks for, then reported", arguments: faults)
    func fault(_ fault: Fault) async throws {
        let fixture = Fixture([fault.answer])
        let error = try #require(try await fixture.failure(of: Fixture.getItem))
        #expect(error.kind == fault.kind)
        #expect(error.code == fault.code)
        #expect(error.attempts == fault.delays.count + 1)
        #expect(fixture.transport.sent.count == fault.delays.count + 1)
        #expect(fixture.clock.sleeps == fault.delays)
    }

    @Test("An error tells service, operation, status, request id and attempts")
    func description() async throws {
        let fixture = Fixture([.error(400, "ValidationException", ["x-amzn-requestid": "R1"])])
        let error = try #require(try await fixture.failure(of: Fixture.getItem))
        #expect("\(error)" == "dynamodb GetItem: ValidationException: because (1 attempt, HTTP 400, request R1)")
        #expect(!error.isRetryable)
    }

    @Test("A success after a failure is a success")
    func recovers() async throws {
        let fixture = Fixture([.failure(.connectionLost), .response(503), .response(200)], random: 0.5)
        #expect(try await fixture.client.perform(Fixture.getItem) == nil)
        #expect(fixture.clock.sleeps == [.microseconds(12_500), .milliseconds(25)])
    }

    @Test("Every attempt has its own date and signature, but one invocation id; retries say how long they wait")
    func freshSignature() async throws {
        let fixture = Fixture([.error(400, "SlowDown"), .response(200)])
        _ = try await fixture.client.perform(Fixture.getItem)
        let sent = fixture.transport.sent
        #expect(sent.map { $0.field("x-amz-date") } == ["20260101T000000Z", "20260101T000001Z"])
        #expect(sent[0].field("authorization") != sent[1].field("authorization"))
        #expect(sent.map { $0.field("amz-sdk-invocation-id") } == ["invocation", "invocation"])
        #expect(
            sent.map { $0.field("amz-sdk-request") } == [
                "attempt=1; max=4", "ttl=20260101T000006Z; attempt=2; max=4",
            ]
        )
    }

    @Test(
        "x-amz-retry-after lengthens a pause by up to five seconds and never shortens it",
        arguments: [
            ("500", 1000), ("3000", 3000), ("60000", 6000), ("-1", 1000), ("soon", 1000),
        ]
    )
    func retryAfter(field: String, milliseconds: Int) async throws {
        let fixture = Fixture([.error(400, "SlowDown", ["x-amz-retry-after": field]), .response(200)])
        _ = try await fixture.client.perform(Fixture.getItem)
        #expect(fixture.clock.sleeps == [.milliseconds(milliseconds)])
    }

    @Test(
        "Attempts are 4 for DynamoDB, 3 for SQS, or as configured",
        arguments: [
            (nil, 4, 3), (1, 1, 1), (6, 6, 6),
        ]
    )
    func attempts(configured: Int?, dynamoDB: Int, sqs: Int) async throws {
        let retry = RetryConfiguration(maxAttempts: configured)
        let fixture = Fixture([.response(500)], retry: retry)
        #expect(try await fixture.failure(of: Fixture.getItem)?.attempts == dynamoDB)
        #expect(try await fixture.failure(of: SQS.GetQueueUrl(queueName: "q"))?.attempts == sqs)
    }

    @Test("No pause goes beyond the operation's time, and an attempt gets what is left of it")
    func operationTimeout() async throws {
        let retry = RetryConfiguration(operationTimeout: .seconds(6))
        let fixture = Fixture([.error(400, "SlowDown")], retry: retry, perRequest: .seconds(2))
        let error = try #require(try await fixture.failure(of: Fixture.getItem))
        #expect(error.code == "SlowDown")
        #expect(error.attempts == 2)
        #expect(fixture.clock.sleeps == [.seconds(1)])
        #expect(fixture.transport.sent.map(\.timeouts.request) == [.seconds(5), .seconds(3)])
        #expect(fixture.transport.sent.map(\.timeouts.connect) == [.seconds(1), .seconds(1)])
    }

    @Test("A long poll's wait is added to the request timeout")
    func longPollTimeout() async throws {
        let fixture = Fixture([.response(200)])
        _ = try await fixture.client.perform(Fixture.receive)
        #expect(fixture.transport.sent.map(\.timeouts) == [.init(connect: .seconds(1), request: .seconds(25))])
    }

    @Test("When the quota is used up nothing is repeated, and a long poll pauses before it fails")
    func quota() async throws {
        let fixture = Fixture([.response(500)])
        for _ in 0..<12 { _ = try await fixture.failure(of: Fixture.getItem) }
        // 35 retries of 14 tokens leave 10 of 500.
        #expect(fixture.transport.sent.count == 12 + 35)
        let sleeps = fixture.clock.sleeps.count
        #expect(try await fixture.failure(of: Fixture.getItem)?.attempts == 1)
        #expect(fixture.clock.sleeps.count == sleeps)
        #expect(try await fixture.failure(of: Fixture.receive)?.attempts == 1)
        #expect(fixture.clock.sleeps.dropFirst(sleeps) == [.milliseconds(50)])
    }

    @Test("A retry after throttling costs less of the quota")
    func throttlingQuota() async throws {
        let fixture = Fixture([.error(400, "SlowDown")])
        for _ in 0..<40 { _ = try await fixture.failure(of: Fixture.getItem) }
        // 100 retries of 5 tokens are what 500 tokens pay for.
        #expect(fixture.transport.sent.count == 40 + 100)
    }

    @Test("A cancelled caller gets CancellationError and nothing is sent again")
    func cancellation() async throws {
        let fixture = Fixture([.suspend { await untilCancelled() }])
        let task = Task { try await fixture.client.perform(Fixture.getItem) }
        while fixture.transport.sent.isEmpty { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(fixture.transport.sent.count == 1)
    }

    @Test("A write that took effect is not repeated because its answer cannot be read")
    func unreadableWrite() async throws {
        let fixture = Fixture([.response(200, [:], "oops")])
        let error = try #require(try await fixture.failure(of: Fixture.putNew))
        #expect(error.kind == .malformedResponse)
        #expect(error.attempts == 1)
        #expect(!error.isRetryable)
    }

    @Test("Expired credentials are replaced once, and the new ones sign the next attempt")
    func expiredToken() async throws {
        let provider = ListedCredentials(["OLD", "NEW", "NEWER"])
        let fixture = Fixture([.error(400, "ExpiredTokenException")], credentials: CredentialsCache(provider))
        let error = try #require(try await fixture.failure(of: Fixture.getItem))
        #expect(error.kind == .credentials)
        #expect(error.attempts == 2)
        #expect(error.isRetryable)
        let keys = fixture.transport.sent.map { $0.field("authorization")?.split(separator: "/").first?.suffix(3) }
        #expect(keys == ["OLD", "NEW"])
        #expect(fixture.clock.sleeps.isEmpty)
    }

    @Test("Missing credentials end the operation before a request, naming all providers")
    func noCredentials() async throws {
        let chain = CredentialsChain([EnvironmentCredentials(environment: [:])])
        let fixture = Fixture([.response(200)], credentials: chain)
        let error = try #require(try await fixture.failure(of: Fixture.getItem))
        #expect(error.kind == .credentials)
        #expect(error.code == "CredentialsUnavailable")
        #expect(error.message == "no credentials: environment: AWS_ACCESS_KEY_ID is not set")
        #expect(fixture.transport.sent.isEmpty)
    }
}

private func untilCancelled() async {
    while !Task.isCancelled { await Task.yield() }
}
