import HTTPTypes
import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysServiceTestKit
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
                "detail": "This Idempotency-Key was used for another job: everything in the body must be the same.",
                "requestId": "made-here",
            ]
        )
        #expect(api.store.jobs.count == 1)
    }

    @Test(
        "A payload within the limit is taken, however it is written",
        arguments: [
            // 180,002 bytes in compact form, 360,002 as clients write them that escape all but ASCII.
            (#"\u4e2d"#, 60_000), (#"\u00e9"#, 131_071), (#"\ud83d\ude00"#, 65_535), ("中", 87_380),
            // Six bytes for one: the longest form that there is without white space.
            (#"\u0061"#, 262_142),
        ]
    )
    func escaped(character: String, count: Int) async throws {
        let payload = String(repeating: character, count: count)
        let answer = try await APIFixture().submit(#"{"type":"transform","payload":"\#(payload)"}"#)
        #expect(answer.status == 202)
    }

    @Test("A payload is taken with white space around its parts")
    func whiteSpace() async throws {
        let numbers = String(repeating: ",\n          0", count: 100_000)
        #expect(try await APIFixture().submit(#"{"type":"transform","payload":[0\#(numbers)]}"#).status == 202)
    }

    @Test(
        "A time that no start can have is refused, and named",
        arguments: [
            // In UTC these lie outside the years that RFC 3339 can write.
            ("9999-12-31T23:59:59-01:00", "must be a time such as 2026-11-21T08:30:00Z (RFC 3339)"),
            ("0000-01-01T00:00:00+00:01", "must be a time such as 2026-11-21T08:30:00Z (RFC 3339)"),
            ("2026-11-21T08:30:00+-1:00", "must be a time such as 2026-11-21T08:30:00Z (RFC 3339)"),
            ("2026-11-21T08:30:00++1:00", "must be a time such as 2026-11-21T08:30:00Z (RFC 3339)"),
            ("9999-12-31T23:59:59Z", "must be at most 366 days ahead"),
            ("2026-11-22T10:13:20.001Z", "must be at most 366 days ahead"),
        ]
    )
    func farStart(time: String, rule: String) async throws {
        let api = APIFixture()
        let answer = try await api.submit(#"{"type":"transform","payload":1,"runAt":"\#(time)"}"#)
        let error: JSONValue = ["pointer": "/runAt", "message": .string(rule)]
        #expect(answer.status == 422)
        #expect(answer.json?["errors"] == [error])
        #expect(api.store.jobs.isEmpty)
    }

    @Test("A start as far ahead as the longest delay is taken, and one in the past is at once")
    func start() async throws {
        let api = APIFixture()
        let answer = try await api.submit(#"{"type":"transform","payload":1,"runAt":"2026-11-22T10:13:20Z"}"#)
        #expect(answer.json?["runAt"] == "2026-11-22T10:13:20.000Z")
        let past = try await APIFixture().submit(#"{"type":"transform","payload":1,"runAt":"0000-01-01T00:00:00Z"}"#)
        #expect(past.json?["status"] == "PENDING")
    }

    @Test(
        "The same key with the same words is a repeat, and with others it is refused",
        arguments: [
            (#""delaySeconds":60"#, #""delaySeconds":60"#, 200), (#""delaySeconds":60"#, #""delaySeconds":61"#, 422),
            (#""delaySeconds":60"#, #""payload":1"#, 422), (#""payload":1"#, #""delaySeconds":60"#, 422),
            (#""payload":1"#, #""delaySeconds":0"#, 200),
            (#""runAt":"2025-12-01T00:00:00Z""#, #""runAt":"2025-12-01T01:00:00+01:00""#, 200),
            (#""runAt":"2025-12-01T00:00:00Z""#, #""runAt":"2025-12-01T00:00:01Z""#, 422),
            (#""runAt":"2020-12-01T00:00:00Z""#, #""payload":1"#, 422), (#""maxAttempts":4"#, #""payload":1"#, 422),
            (#""maxAttempts":4"#, #""maxAttempts":5"#, 422), (#""orderingKey":"a""#, #""orderingKey":"b""#, 422),
            (#""orderingKey":"a""#, #""payload":1"#, 422),
        ]
    )
    func identity(first: String, second: String, status: Int) async throws {
        let api = APIFixture()
        func submit(_ member: String) async throws -> Answer {
            let rest = member.hasPrefix(#""payload""#) ? "" : #","payload":1"#
            return try await api.submit(#"{"type":"transform",\#(member)\#(rest)}"#, headers: [.idempotencyKey: "k"])
        }
        #expect(try await submit(first).status == 202)
        api.clock.advance(by: .seconds(5))
        #expect(try await submit(second).status == status)
    }

    @Test("A repeat of what was asked for is a repeat, whatever a redrive has given the job since")
    func redriven() async throws {
        let api = APIFixture()
        _ = try await api.submit(body, headers: [.idempotencyKey: "k"])
        let id = try #require(api.store.jobs.first?.id)
        _ = try await api.answer(.post, "/jobs/\(id)/cancel")
        let headers: HTTPFields = [.contentType: "application/json"]
        let other = #"{"payload":{"text":"mended"}}"#
        #expect(try await api.answer(.post, "/jobs/\(id)/redrive", headers: headers, body: other).status == 202)
        #expect(try await api.submit(body, headers: [.idempotencyKey: "k"]).status == 200)
        let mended = body.replacing("hello", with: "mended")
        #expect(try await api.submit(mended, headers: [.idempotencyKey: "k"]).status == 422)
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
