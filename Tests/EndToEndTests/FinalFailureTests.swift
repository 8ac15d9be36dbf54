import FoundationEssentials
import JobsysAWS
import JobsysJSON
import Testing

@Suite("A job that fails for good", .endToEnd, .deployment(.api, .worker, .dlqHandler), .timeLimit(.minutes(15)))
struct FinalFailureTests {
    /// A job that cannot succeed, and what must be known of its end.
    struct Failure: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var type = "drill"
        var payload: JSONValue = [:]
        var maxAttempts = 4
        var attempts = 1
        var errorClass: String
        var message: String
        var excerpt: String
        var needsInvestigation = false
    }

    static let failures = [
        Failure(
            testDescription: "a permanent failure has one attempt",
            payload: ["failTimes": 1, "class": "VALIDATION", "password": "hunter2"],
            errorClass: "VALIDATION",
            message: "attempt 1 failed, as the drill wants",
            excerpt: #"{"failTimes":1,"class":"VALIDATION","password":"[redacted]"}"#
        ),
        Failure(
            testDescription: "a failure that might pass uses its attempts up",
            payload: ["failTimes": 5, "class": "SYSTEM"],
            maxAttempts: 2,
            attempts: 2,
            errorClass: "SYSTEM",
            message: "attempt 2 failed, as the drill wants",
            excerpt: #"{"failTimes":5,"class":"SYSTEM"}"#
        ),
        Failure(
            testDescription: "a failure that nobody understands asks for a look",
            payload: ["class": "UNKNOWN"],
            maxAttempts: 1,
            errorClass: "UNKNOWN",
            message: "attempt 1 failed, as the drill wants",
            excerpt: #"{"class":"UNKNOWN"}"#,
            needsInvestigation: true
        ),
    ]

    @Test("It is FAILED_FINAL with its error, and has one incident", arguments: failures)
    func isRecorded(_ failure: Failure) async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        let id = try await client.accepted(failure.type, failure.payload, maxAttempts: failure.maxAttempts)

        let job = try await client.finishedJob(id, within: .seconds(30))
        let at = try #require(job["finishedAt"])
        let error: JSONValue = ["class": .string(failure.errorClass), "message": .string(failure.message), "at": at]
        let traceID = try job.text("traceId")
        #expect(
            job.removing("createdAt", "startedAt") == [
                "jobId": .string(id), "type": .string(failure.type), "status": "FAILED_FINAL",
                "attempts": .int(failure.attempts), "maxAttempts": .int(failure.maxAttempts),
                "updatedAt": at, "finishedAt": at, "error": error, "traceId": .string(traceID),
            ]
        )
        #expect(try job.time("startedAt") <= job.time("finishedAt"))

        var incident = try await eventually(within: .seconds(5), "people are told") {
            let item = try await deployment.plane.table.item("INCIDENT#\(id)#0")
            return item?["announcedAt"] == nil ? nil : item
        }
        let history = incident.removeValue(forKey: "failures")?.list ?? []
        #expect(history.count == failure.attempts - 1)
        #expect(incident.removeValue(forKey: "announcedAt") != nil)
        #expect(try incident == failure.incident(of: job))
        #expect(try await deployment.plane.table.openIncidents().filter { $0.contains(id) } == ["INCIDENT#\(id)#0"])

        let lines = try deployment.running(.dlqHandler).lines("job failed for good", job: id)
        #expect(
            lines.map { $0.members("level", "traceId", "error.class", "error.message", "job.type", "job.attempt") } == [
                [
                    "level": "error", "traceId": traceID, "error.class": failure.errorClass,
                    "error.message": failure.message, "job.type": failure.type, "job.attempt": String(failure.attempts),
                ]
            ]
        )
        #expect(try !deployment.running(.worker).process.output.text.contains("hunter2"))
        #expect(try !deployment.running(.dlqHandler).process.output.text.contains("hunter2"))
    }
}

extension FinalFailureTests.Failure {
    /// The incident as the table must have it.
    fileprivate func incident(of job: JSONValue) throws -> DynamoDB.Item {
        let (id, at) = (try job.text("jobId"), try job.text("finishedAt"))
        let expiry = Int(try job.time("finishedAt").timeIntervalSince1970.rounded(.down)) + 14 * 86400
        return [
            "PK": .s("INCIDENT#\(id)#0"), "jobId": .s(id), "generation": .n(0), "tenant": .s("default"),
            "type": .s(type), "attempts": .n(attempts), "traceId": .s(try job.text("traceId")),
            "error": .m(["class": .s(errorClass), "message": .s(message), "at": .s(at)]),
            "excerpt": .s(excerpt), "needsInvestigation": .bool(needsInvestigation), "expiresAt": .n(expiry),
            "incidentKey": .s("default"), "incidentSort": .s("\(at)#\(id)#0"),
        ]
    }
}
