import JobsysCore
import JobsysJSON
import JobsysTestKit
import Testing

@Suite("Submissions")
struct SubmissionTests {
    @Test("The least that a client must say is a type and a payload")
    func least() throws {
        let submission = try Submission(document: ["type": "transform", "payload": ["text": "hi"]], at: .sample)
        #expect(submission.tenant == "default")
        #expect(submission.type == "transform")
        #expect(submission.payload == ["text": "hi"])
        #expect(submission.maxAttempts == 4)
        #expect(submission.idempotencyKey == nil)
    }

    @Test("All that a client can say is kept")
    func most() throws {
        let document: JSONValue = [
            "maxAttempts": 8, "payload": .null, "type": "a.b_c-9", "orderingKey": "customer-7", "delaySeconds": 90,
        ]
        let submission = try Submission(document: document, idempotencyKey: "key", tenant: "acme", at: .sample)
        let expected = Submission(
            tenant: "acme",
            type: "a.b_c-9",
            payload: .null,
            maxAttempts: 8,
            idempotencyKey: "key",
            orderingKey: "customer-7",
            start: .after(.seconds(90))
        )
        #expect(submission == expected)
    }

    @Test(
        "A start is a delay of up to 366 days or a time, in any zone",
        arguments: [
            (["type": "t", "payload": 1, "delaySeconds": 0], .after(.zero)),
            (["type": "t", "payload": 1, "delaySeconds": 31_622_400], .after(.seconds(31_622_400))),
            (["type": "t", "payload": 1, "runAt": "2025-11-21T11:13:20.123+01:00"], .at(.sample)),
        ] as [(JSONValue, StartTime)]
    )
    func start(document: JSONValue, start: StartTime) throws {
        #expect(try Submission(document: document, at: .sample).start == start)
    }

    @Test("The payload's hash is the SHA-256 of its canonical form, whatever the members' order")
    func hash() throws {
        // printf '{"a":1,"b":"x"}' | sha256sum
        let hash = "ecf9e98ec0641e23113ff3ce8bdc78d0ddd249886517fd4a7f68cc83d4e65667"
        #expect(Submission(type: "t", payload: ["a": 1, "b": "x"]).payloadHash == hash)
        #expect(Submission(type: "t", payload: ["b": "x", "a": 1]).payloadHash == hash)
        #expect(Submission(type: "t", payload: ["b": "x", "a": 2]).payloadHash != hash)
    }

    static let typeRule = "must be a string of 1 to 64 of a-z, 0-9, '.', '_' and '-' that starts with a letter"
    static let orderingRule = "must be a string of 1 to 128 printable ASCII characters without spaces"
    static let attemptsRule = "must be a whole number from 1 to 8"
    static let delayRule = "must be a whole number from 0 to 31622400"
    static let timeRule = "must be a time such as 2026-11-21T08:30:00Z (RFC 3339)"

    @Test(
        "Every single problem is named where it is",
        arguments: [
            (["payload": 1], "/type", "is missing; it names the handler that runs the job"),
            (["type": 1, "payload": 1], "/type", typeRule),
            (["type": "", "payload": 1], "/type", typeRule),
            (["type": "Transform", "payload": 1], "/type", typeRule),
            (["type": "1st", "payload": 1], "/type", typeRule),
            (["type": "-a", "payload": 1], "/type", typeRule),
            (["type": "a b", "payload": 1], "/type", typeRule),
            (["type": "é", "payload": 1], "/type", typeRule),
            (["type": .string(String(repeating: "a", count: 65)), "payload": 1], "/type", typeRule),
            (["type": "t"], "/payload", "is missing; any JSON value will do"),
            (["type": "t", "payload": 1, "maxAttempts": 0], "/maxAttempts", attemptsRule),
            (["type": "t", "payload": 1, "maxAttempts": 9], "/maxAttempts", attemptsRule),
            (["type": "t", "payload": 1, "maxAttempts": 1.5], "/maxAttempts", attemptsRule),
            (["type": "t", "payload": 1, "maxAttempts": "4"], "/maxAttempts", attemptsRule),
            (["type": "t", "payload": 1, "maxAttempts": .null], "/maxAttempts", attemptsRule),
            (["type": "t", "payload": 1, "delaySeconds": -1], "/delaySeconds", delayRule),
            (["type": "t", "payload": 1, "delaySeconds": 31_622_401], "/delaySeconds", delayRule),
            (["type": "t", "payload": 1, "delaySeconds": 1.5], "/delaySeconds", delayRule),
            (["type": "t", "payload": 1, "delaySeconds": .null], "/delaySeconds", delayRule),
            (["type": "t", "payload": 1, "runAt": "tomorrow"], "/runAt", timeRule),
            (["type": "t", "payload": 1, "runAt": 1_763_720_000], "/runAt", timeRule),
            (
                ["type": "t", "payload": 1, "delaySeconds": 5, "runAt": "2025-11-21T10:13:20Z"], "/runAt",
                "must be left out where delaySeconds is given"
            ),
            (["type": "t", "payload": 1, "orderingKey": ""], "/orderingKey", orderingRule),
            (["type": "t", "payload": 1, "orderingKey": "a b"], "/orderingKey", orderingRule),
            (["type": "t", "payload": 1, "orderingKey": 7], "/orderingKey", orderingRule),
            (["type": "t", "payload": 1, "maxAtempts": 4], "/maxAtempts", "is not a member that a job has"),
            (["type": "t", "payload": 1, "a/b~": 4], "/a~1b~0", "is not a member that a job has"),
        ] as [(JSONValue, String, String)]
    )
    func problem(document: JSONValue, pointer: String, message: String) throws {
        let problems = try #require(refusal(of: document))
        #expect(problems.map { "\($0.pointer)" } == [pointer])
        #expect(problems.map(\.message) == [message])
    }

    @Test("All problems are named at once")
    func allProblems() throws {
        let problems = try #require(refusal(of: ["priority": 1, "type": "T", "maxAttempts": 99, "queue": "x"]))
        #expect(problems.map { "\($0.pointer)" } == ["/priority", "/queue", "/type", "/maxAttempts", "/payload"])
    }

    @Test(
        "A document that is no object has one problem, at its root",
        arguments: [[], "text", 1, .null] as [JSONValue]
    )
    func noObject(document: JSONValue) {
        #expect(refusal(of: document) == [FieldProblem(.root, "must be an object")])
    }

    @Test("A type of 64 characters and attempts at either end are taken", arguments: [1, 8])
    func limits(maxAttempts: Int) throws {
        let type = String(repeating: "z", count: 64)
        let document: JSONValue = ["type": .string(type), "payload": 1, "maxAttempts": .int(maxAttempts)]
        let submission = try Submission(document: document, at: .sample)
        #expect(submission.type == type)
        #expect(submission.maxAttempts == maxAttempts)
    }

    @Test("A payload of 256 KiB of compact JSON is taken, one byte more is not")
    func payloadLimit() throws {
        // Two bytes are the quotation marks.
        let longest = JSONValue.string(String(repeating: "x", count: 262_144 - 2))
        #expect(try Submission(document: ["type": "t", "payload": longest], at: .sample).payload == longest)
        let tooLong = JSONValue.string(String(repeating: "x", count: 262_144 - 1))
        #expect(throws: SubmissionError.payloadTooLarge(bytes: 262_145)) {
            try Submission(document: ["type": "t", "payload": tooLong], at: .sample)
        }
    }

    private func refusal(of document: JSONValue) -> [FieldProblem]? {
        let error = #expect(throws: SubmissionError.self) { try Submission(document: document, at: .sample) }
        guard case .invalid(let problems) = error else { return nil }
        return problems
    }
}
