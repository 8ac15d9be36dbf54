import HTTPTypes
import HummingbirdTesting
import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysTestKit
import JobsysTime
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SubmissionTests {
    private let body = #"{"type":"transform","payload":{"text":"hello"}}"#

    @Test("A new job is recorded and sent, and its ticket answered with 202")
    func accepted() async throws {
        let api = APIFixture()
        let answer = try await api.submit(body)
        #expect(answer.status == 202)
        #expect(
            answer.json == [
                "jobId": .string(APIFixture.jobID),
                "type": "transform",
                "status": "PENDING",
                "attempts": 0,
                "maxAttempts": 4,
                "createdAt": .string(api.clock.timestamp.description),
                "updatedAt": .string(api.clock.timestamp.description),
                "traceId": .string(TraceContext.sample.traceID.description),
            ]
        )
        var fields = answer.headers
        fields[.contentLength] = nil
        #expect(
            fields == [
                .contentType: "application/json",
                .cacheControl: "no-store",
                .location: "/jobs/\(APIFixture.jobID)",
                .xRequestID: "made-here",
                .xContentTypeOptions: "nosniff",
            ]
        )
        let job = try #require(api.store.jobs.first)
        #expect(job.payload == ["text": "hello"])
        #expect(api.queue.bodies == [job.message.body])
    }

    @Test("A repeat with the same key is answered with the first ticket and 200")
    func repeated() async throws {
        let api = APIFixture()
        let first = try await api.submit(body, headers: [.idempotencyKey: "order-7"])
        let second = try await api.submit(
            #"{"payload":{"text":"hello"},"type":"transform"}"#,
            headers: [.idempotencyKey: "order-7"]
        )
        #expect(first.status == 202)
        #expect(second.status == 200)
        #expect(second.json == first.json)
        #expect(second.headers[.location] == first.headers[.location])
        #expect(api.store.jobs.count == 1)
    }

    @Test("Of ten submissions at once with the same key, one makes the job and nine are told of it")
    func concurrentRepeats() async throws {
        let api = APIFixture()
        let body = body
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for _ in 0..<10 { group.addTask { try await api.submit(body, headers: [.idempotencyKey: "order-7"]) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.map(\.status).sorted() == Array(repeating: 200, count: 9) + [202])
        #expect(Set(answers.map { $0.json?["jobId"] }).count == 1)
        #expect(api.store.jobs.count == 1)
    }

    @Test(
        "A key that was used for another job is refused with 422",
        arguments: [
            #"{"type":"transform","payload":{"text":"other"}}"#,
            #"{"type":"drill","payload":{"text":"hello"}}"#,
            #"{"type":"transform","payload":{"text":"hello"},"maxAttempts":2}"#,
        ]
    )
    func keyReused(other: String) async throws {
        let api = APIFixture()
        _ = try await api.submit(body, headers: [.idempotencyKey: "order-7"])
        let answer = try await api.submit(other, headers: [.idempotencyKey: "order-7"])
        #expect(answer.status == 422)
        #expect(
            answer.json == [
                "type": "urn:jobsys:problem:idempotency-key-reused",
                "title": "Idempotency key reused",
                "status": 422,
                "detail": "This Idempotency-Key was used for a job of another type, payload or maxAttempts.",
                "requestId": "made-here",
            ]
        )
        #expect(api.store.jobs.count == 1)
    }

    @Test("What cannot be accepted is refused with a problem document, and nothing is recorded", arguments: Refusal.all)
    func refused(_ refusal: Refusal) async throws {
        let api = APIFixture()
        let answer = try await api.answer(.post, "/jobs", headers: refusal.headers, body: refusal.body)
        #expect(answer.status == refusal.status)
        #expect(answer.json == refusal.document)
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(answer.headers[.cacheControl] == "no-store")
        for field in refusal.answerHeaders { #expect(answer.headers[field.name] == field.value) }
        #expect(api.store.jobs.isEmpty)
        #expect(api.queue.bodies.isEmpty)
    }

    @Test(
        "The media type may be in any case and have parameters",
        arguments: ["Application/JSON", "application/json; charset=utf-8", "application/json;charset=UTF-8"]
    )
    func mediaTypes(type: String) async throws {
        #expect(try await APIFixture().submit(body, headers: [.contentType: type]).status == 202)
    }

    @Test(
        "Keys of 1 to 255 visible characters are taken",
        arguments: ["!", "a-Z_9~\"", String(repeating: "k", count: 255)]
    )
    func keys(key: String) async throws {
        #expect(try await APIFixture().submit(body, headers: [.idempotencyKey: key]).status == 202)
    }

    @Test(
        "The job belongs to the caller's trace, in either notation, or to a new one",
        arguments: [
            (
                ["traceparent": "00-67891233abcdef0123456789aaaaaaaa-463ac35c9f6413ad-01"],
                "67891233abcdef0123456789aaaaaaaa"
            ),
            (
                ["X-Amzn-Trace-Id": "Root=1-67891233-abcdef0123456789bbbbbbbb;Parent=463ac35c9f6413ad;Sampled=1"],
                "67891233abcdef0123456789bbbbbbbb"
            ),
            (
                [
                    "X-Amzn-Trace-Id": "Root=1-67891233-abcdef0123456789bbbbbbbb;Parent=463ac35c9f6413ad;Sampled=1",
                    "traceparent": "00-67891233abcdef0123456789aaaaaaaa-463ac35c9f6413ad-01",
                ],
                "67891233abcdef0123456789aaaaaaaa"
            ),
            (["traceparent": "nonsense", "X-Amzn-Trace-Id": "nonsense"], TraceContext.sample.traceID.description),
            ([:], TraceContext.sample.traceID.description),
        ] as [([String: String], String)]
    )
    func traces(headers: [String: String], traceID: String) async throws {
        let api = APIFixture()
        var fields = HTTPFields()
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        #expect(try await api.submit(body, headers: fields).json?["traceId"] == .string(traceID))
        #expect(api.store.jobs.first?.traceID.description == traceID)
    }
}
