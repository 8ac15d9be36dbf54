import HTTPTypes
import JobsysCore
import JobsysJSON
import JobsysServiceTestKit
import JobsysTestKit
import JobsysTime
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CatalogTests {
    private let api = APIFixture()

    /// Jobs that were made so many seconds ago.
    private func put(ages: Range<Int>, type: String = "transform", status: JobStatus = .pending) -> [Job] {
        ages.map { age in
            var job = Job.sample(type: type, at: api.clock.timestamp + .seconds(-age))
            job.status = status
            job.result = status == .succeeded ? "long" : nil
            api.store.put(job)
            return job
        }
    }

    private func ids(_ answer: Answer) -> [String] {
        (answer.json?["jobs"]?.arrayValue ?? []).compactMap { $0["jobId"]?.stringValue }
    }

    @Test("Jobs are listed newest first, 20 at a time, without their results, and the cursor leads on to the end")
    func pages() async throws {
        let jobs = put(ages: 0..<45, status: .succeeded)
        var listed: [String] = []
        var sizes: [Int] = []
        var path = "/jobs"
        while true {
            let answer = try await api.answer(.get, path)
            #expect(answer.status == 200)
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(!answer.text.contains("result"))
            sizes.append(ids(answer).count)
            listed += ids(answer)
            guard let cursor = answer.json?["nextCursor"]?.stringValue else { break }
            path = "/jobs?cursor=\(cursor)"
        }
        #expect(listed == jobs.map { "\($0.id)" })
        #expect(sizes == [20, 20, 5])
    }

    @Test("A list without elements is an empty list")
    func empty() async throws {
        #expect(try await api.answer(.get, "/jobs").text == #"{"jobs":[]}"#)
        #expect(try await api.answer(.get, "/incidents").text == #"{"incidents":[]}"#)
    }

    @Test("Jobs are filtered by status, type and time")
    func filters() async throws {
        let waiting = put(ages: 10..<12)
        let drills = put(ages: 20..<22, type: "drill", status: .cancelled)
        let old = put(ages: (40 * 86400)..<(40 * 86400 + 1))
        #expect(ids(try await api.answer(.get, "/jobs")) == (waiting + drills).map { "\($0.id)" })
        #expect(ids(try await api.answer(.get, "/jobs?status=PENDING")) == waiting.map { "\($0.id)" })
        #expect(ids(try await api.answer(.get, "/jobs?type=drill&status=CANCELLED")) == drills.map { "\($0.id)" })
        #expect(ids(try await api.answer(.get, "/jobs?type=drill&status=PENDING")) == [])
        let since = "since=2000-01-01T00:00:00Z"
        #expect(ids(try await api.answer(.get, "/jobs?\(since)")).last == old.first.map { "\($0.id)" })
        #expect(ids(try await api.answer(.get, "/jobs?since=\(waiting[1].createdAt)")) == waiting.map { "\($0.id)" })
        #expect(ids(try await api.answer(.get, "/jobs?until=\(waiting[1].createdAt)")) == drills.map { "\($0.id)" })
    }

    @Test("Open incidents are listed newest first, and filtered by class and type")
    func incidents() async throws {
        var job = Job.sample()
        job.generation = 2
        let failure = Job.RecordedFailure(errorClass: .network, message: "gone", at: .sample)
        let ofJob = Incident(
            id: .job(job.id, generation: 2),
            tenant: "default",
            jobType: "transform",
            failure: failure,
            attempts: 4,
            traceID: job.traceID,
            excerpt: "{}"
        )
        var ofMessage = ofJob
        ofMessage.id = .message("m-1")
        ofMessage.jobType = nil
        ofMessage.traceID = nil
        ofMessage.attempts = 0
        ofMessage.failure = Job.RecordedFailure(errorClass: .unknown, message: "?", at: .sample + .seconds(-1))
        for incident in [ofMessage, ofJob] { _ = try await api.store.record(incident, expiresAt: .sample) }
        let first = """
            {"jobId":"\(job.id)","generation":2,"type":"transform","attempts":4,\
            "error":{"class":"NETWORK","message":"gone","at":"\(failure.at)"},"excerpt":"{}",\
            "needsInvestigation":false,"traceId":"\(job.traceID)"}
            """
        let second = """
            {"messageId":"m-1","attempts":0,\
            "error":{"class":"UNKNOWN","message":"?","at":"\(ofMessage.failure.at)"},"excerpt":"{}",\
            "needsInvestigation":true}
            """
        #expect(try await api.answer(.get, "/incidents").text == #"{"incidents":[\#(first),\#(second)]}"#)
        let network = try await api.answer(.get, "/incidents?class=NETWORK&type=transform")
        #expect(network.text == #"{"incidents":[\#(first)]}"#)
        let page = try await api.answer(.get, "/incidents?limit=1")
        let cursor = try #require(page.json?["nextCursor"]?.stringValue)
        let rest = try await api.answer(.get, "/incidents?limit=5&cursor=\(cursor)")
        #expect(rest.text == #"{"incidents":[\#(second)]}"#)
    }

    @Test(
        "A parameter that makes no sense is refused with 422",
        arguments: [
            ("/jobs?limit=0", "The query parameter limit must be a whole number from 1 to 100."),
            ("/jobs?limit=101", "The query parameter limit must be a whole number from 1 to 100."),
            ("/jobs?limit=ten", "The query parameter limit must be a whole number from 1 to 100."),
            (
                "/jobs?status=pending",
                "The query parameter status must be one of \(JobStatus.allCases.map(\.rawValue).joined(separator: ", "))."
            ),
            (
                "/incidents?class=x",
                "The query parameter class must be one of VALIDATION, NETWORK, RATE_LIMIT, SYSTEM, UNKNOWN."
            ),
            (
                "/jobs?since=yesterday",
                "The query parameter since must be a time such as 2026-11-21T08:30:00Z (RFC 3339)."
            ),
            (
                "/jobs?until=9999-12-31T23:59:59-01:00",
                "The query parameter until must be a time such as 2026-11-21T08:30:00Z (RFC 3339)."
            ),
            (
                "/incidents?since=0000-01-01T00:00:00%2B00:01",
                "The query parameter since must be a time such as 2026-11-21T08:30:00Z (RFC 3339)."
            ),
            (
                "/jobs?class=SYSTEM",
                "There is no query parameter class here; there are status, type, since, until, limit, cursor."
            ),
            ("/jobs?type=a&type=b", "The query parameter type must be given once."),
        ]
    )
    func nonsense(path: String, detail: String) async throws {
        let answer = try await api.answer(.get, path)
        #expect(answer.status == 422)
        #expect(answer.json == problem(422, "Unprocessable Content", detail))
    }

    @Test("A cursor that was altered, or is of another list or filter, is refused with 422")
    func cursors() async throws {
        _ = put(ages: 0..<3)
        let answer = try await api.answer(.get, "/jobs?limit=1&type=transform")
        let cursor = try #require(answer.json?["nextCursor"]?.stringValue)
        #expect(try await api.answer(.get, "/jobs?type=transform&cursor=\(cursor)").status == 200)
        let flipped = (cursor.first == "A" ? "B" : "A") + cursor.dropFirst()
        let paths =
            ["", "x", flipped, String(cursor.dropLast()), cursor + "A", cursor + "="]
            .map { "/jobs?type=transform&cursor=\($0)" }
            + [
                "/jobs?cursor=\(cursor)", "/jobs?type=drill&cursor=\(cursor)",
                "/incidents?type=transform&cursor=\(cursor)",
            ]
        for path in paths {
            let answer = try await api.answer(.get, path)
            #expect(answer.status == 422, "\(path)")
            let rule = "must be the nextCursor of an answer to a request with the same filters."
            #expect(answer.json == problem(422, "Unprocessable Content", "The query parameter cursor \(rule)"))
        }
    }

    @Test(
        "A list looks at no time at which nothing can be, whatever is asked for",
        arguments: [
            ("/jobs", -32 * 86400, 300), ("/jobs?until=2099-01-01T00:00:00Z", -32 * 86400, 300),
            ("/jobs?since=0000-01-01T00:00:00Z", -460 * 86400, 300),
            ("/jobs?since=2025-11-21T00:00:00Z&until=2025-11-21T10:00:00Z", -36800, -800),
            ("/incidents", -460 * 86400, 300), ("/incidents?until=9999-12-31T23:59:59Z", -460 * 86400, 300),
        ]
    )
    func bounds(path: String, since: Int, until: Int) async throws {
        let catalog = RecordingCatalog()
        let answer = try await api.application(catalog: catalog)
            .test(.router) { client in Answer(try await client.execute(uri: path, method: .get)) }
        #expect(answer.status == 200)
        let now = api.clock.timestamp
        #expect(catalog.sections.map(\.since) == [now + .seconds(since)])
        #expect(catalog.sections.map(\.until) == [now + .seconds(until)])
    }

    @Test("While the table cannot be reached, a list is answered with 503", arguments: ["/jobs", "/incidents"])
    func outage(path: String) async throws {
        api.store.fail(with: .outage)
        #expect(try await api.answer(.get, path).status == 503)
    }
}

/// A catalog that notes which parts of its lists are asked for.
private final class RecordingCatalog: JobCatalog {
    private let asked = Mutex<[ListSection]>([])

    var sections: [ListSection] { asked.withLock { $0 } }

    func jobs(_ query: JobQuery) async throws -> Listing<Job> {
        asked.withLock { $0.append(query.section) }
        return Listing([], next: nil)
    }

    func openIncidents(_ query: IncidentQuery) async throws -> Listing<Incident> {
        asked.withLock { $0.append(query.section) }
        return Listing([], next: nil)
    }
}
