import JobsysClient
import JobsysHTTP
import JobsysTime
import Synchronization
import Testing

@testable import jobctl

@Suite("jobctl doctor")
struct DoctorTests {
    typealias Answers = [String: (status: Int, body: String)]

    private static let now = Timestamp("2026-11-29T10:00:00.000Z") ?? Timestamp(milliseconds: 0)
    private static let worker = #"{"workerId":"w","version":"1.0.0","slots":4,"busy":1,"draining":false,"breakers":{}}"#
    private static let healthy: Answers = [
        "/healthz": (200, #"{"status":"ok"}"#),
        "/readyz": (200, #"{"status":"ready","checks":{"dynamodb":"ok","sqs":"ok"}}"#),
        "/metrics": (200, "# HELP jobsys_aws_errors_total x\n"),
        "/jobs?limit=1": (200, #"{"jobs":[]}"#),
        "/workers": (200, #"{"workers":["# + worker + "]}"),
        "/types": (200, #"{"types":[{"type":"a","workers":1,"paused":false}]}"#),
        "/jobs?status=PENDING&until=2026-11-29T09%3A59%3A00.000Z&limit=100": (200, #"{"jobs":[]}"#),
        "/incidents?since=2026-11-29T09%3A00%3A00.000Z&limit=100": (200, #"{"incidents":[]}"#),
    ]

    /// What it finds in a system that is healthy but for some answers.
    private func findings(
        _ planted: Answers = [:],
        probe: Answers? = nil,
        away: TransportError.Code? = nil,
        now: Timestamp = now
    ) async throws -> [Finding] {
        func client(_ answers: Answers, _ url: String) throws -> APIClient {
            let service = ScriptedService { line throws(TransportError) in
                if let away { throw TransportError(code: away, message: "refused", requestMayHaveBeenReceived: false) }
                return answers[String(line.dropFirst("GET ".count))] ?? (404, #"{"detail":"Nothing is at \#(line)."}"#)
            }
            return APIClient(url: try #require(ServiceURL(argument: url)), transport: service)
        }
        let api = try client(Self.healthy.merging(planted) { $1 }, "http://jobs.local")
        let probes = try probe.map { [try client(Self.healthy.merging($0) { $1 }, "http://worker.local:8081")] } ?? []
        let findings = Mutex<[Finding]>([])
        try await Doctor(api: api, probes: probes, now: { now })
            .examine { finding in findings.withLock { $0.append(finding) } }
        return findings.withLock { $0 }
    }

    @Test("finds nothing in a healthy system, and says what it has looked at")
    func healthy() async throws {
        let expected: [Finding] = [
            .fine("svc-api", "answers"), .fine("svc-api", "is ready"), .fine("workers", "1 there, 1 of 4 slots taken"),
            .fine("jobs", "none of the last days waits for more than a minute"),
            .fine("incidents", "none in the last hour"),
        ]
        #expect(try await findings() == expected)
        let probed: [Finding] = [.fine("worker.local:8081", "answers"), .fine("worker.local:8081", "is ready")]
        #expect(try await findings(probe: [:]) == expected + probed)
    }

    struct Fault: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var planted: Answers
        var expected: String
    }

    @Test(
        "names a fault, and nothing else",
        arguments: [
            Fault(
                testDescription: "svc-api is stuck",
                planted: ["/healthz": (503, #"{"status":"stuck","reason":"no poll for 90 s"}"#)],
                expected: "svc-api: is stuck: no poll for 90 s"
            ),
            Fault(
                testDescription: "the table is not reachable",
                planted: [
                    "/readyz": (
                        503, #"{"status":"unavailable","checks":{"dynamodb":"failed: AccessDenied","sqs":"ok"}}"#
                    )
                ],
                expected: "svc-api: cannot use dynamodb: failed: AccessDenied"
            ),
            Fault(
                testDescription: "a permission is missing",
                planted: [
                    "/metrics": (
                        200,
                        #"""
                        jobsys_aws_errors_total{service="dynamodb",operation="PutItem",code="ConditionalCheckFailedException"} 7
                        jobsys_aws_errors_total{service="sqs",operation="SendMessage",code="AccessDenied"} 3
                        """#
                    )
                ],
                expected: "svc-api: sqs refused SendMessage 3 times since its start: AccessDenied"
            ),
            Fault(
                testDescription: "no key is shown",
                planted: ["/jobs?limit=1": (401, #"{"detail":"Show a credential."}"#)],
                expected: "key: none is shown, and svc-api asks for one"
            ),
            Fault(
                testDescription: "the key may not read",
                planted: ["/jobs?limit=1": (403, #"{"detail":"The key lacks the scope jobs:read."}"#)],
                expected: "key: The key lacks the scope jobs:read."
            ),
            Fault(
                testDescription: "there is no worker",
                planted: ["/workers": (200, #"{"workers":[]}"#)],
                expected: "workers: none is there: no job starts"
            ),
            Fault(
                testDescription: "all workers are stopping",
                planted: ["/workers": (200, #"{"workers":[{"version":"1","slots":4,"busy":4,"draining":true}]}"#)],
                expected: "workers: 1 there, 4 of 4 slots taken, 1 of them stopping"
            ),
            Fault(
                testDescription: "a breaker is open",
                planted: [
                    "/workers": (200, #"{"workers":[{"version":"1","slots":4,"busy":1,"breakers":{"a.b":"open"}}]}"#)
                ],
                expected: "type a.b: its jobs failed in a row and are held back in 1 of 1 workers"
            ),
            Fault(
                testDescription: "jobs wait",
                planted: [
                    "/jobs?status=PENDING&until=2026-11-29T09%3A59%3A00.000Z&limit=100":
                        (200, #"{"jobs":[{"jobId":"new"},{"jobId":"old"}],"nextCursor":"c"}"#),
                    "/jobs/old": (
                        200, #"{"jobId":"old","waiting":{"reason":"paused","detail":"Its type is paused."}}"#
                    ),
                ],
                expected: "jobs: more than 2 wait for more than a minute; of old it says: Its type is paused."
            ),
            Fault(
                testDescription: "jobs fail",
                planted: [
                    "/incidents?since=2026-11-29T09%3A00%3A00.000Z&limit=100": (
                        200,
                        #"{"incidents":[{"type":"a","error":{"class":"NETWORK"}},{"type":"b","error":{"class":"UNKNOWN"}},"#
                            + #"{"type":"a","error":{"class":"NETWORK"}}]}"#
                    )
                ],
                expected: "incidents: 3 in the last hour: 2 NETWORK of a, 1 UNKNOWN of b"
            ),
            Fault(
                testDescription: "something else is at the URL",
                planted: ["/healthz": (200, "<html>welcome</html>")],
                expected: "svc-api: answers 200 without what a service of jobsys says"
            ),
        ]
    )
    func faults(fault: Fault) async throws {
        let problems = try await findings(fault.planted).filter { $0.weight == .problem }
        #expect(problems.map { "\($0.topic): \($0.text)" } == [fault.expected])
        #expect(problems.allSatisfy { $0.advice != nil })
    }

    @Test("looks at a worker's own probes as well")
    func probe() async throws {
        let stuck = (503, #"{"status":"stuck","reason":"all handlers hang"}"#)
        let problems = try await findings(probe: ["/healthz": stuck]).filter { $0.weight == .problem }
        #expect(problems.map(\.text) == ["is stuck: all handlers hang"])
        #expect(problems.map(\.topic) == ["worker.local:8081"])
    }

    @Test("says that nobody answers, and asks no more")
    func away() async throws {
        let found = try await findings(away: .cannotConnect)
        #expect(found.map(\.weight) == [.problem])
        #expect(found.first?.text == "http://jobs.local does not answer: refused")
    }

    @Test("tells of a pause, of a type without workers and of versions side by side, which need be no problem")
    func notes() async throws {
        let worker = Self.worker.replacing("1.0.0", with: "0.9.0")
        let found = try await findings([
            "/workers": (200, #"{"workers":[\#(Self.worker),\#(worker)]}"#),
            "/types": (
                200,
                #"{"types":[{"type":"a","workers":2,"paused":true,"pause":{"at":"T","by":"ada","reason":"a move"}},"#
                    + #"{"type":"b","workers":0,"paused":false,"lastOfferedAt":"T"}]}"#
            ),
        ])
        #expect(
            found.filter { $0.weight != .fine }.map { "\($0.weight) \($0.topic): \($0.text)" } == [
                "note workers: run versions 0.9.0 and 1.0.0", "note type a: is paused since T by ada: a move",
                "note type b: no worker offers it, since T",
            ]
        )
    }

    @Test("goes on past what a key may not ask for")
    func forbidden() async throws {
        let refused = (403, #"{"detail":"The key lacks the scope admin."}"#)
        let found = try await findings(["/workers": refused])
        #expect(found.contains(.note("workers", "cannot be listed: The key lacks the scope admin.")))
        #expect(found.contains(.fine("incidents", "none in the last hour")))
    }
}
