import HTTPTypes
import JobsysAPI
import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

@Suite("The routes of schedules", .timeLimit(.minutes(1)))
struct ScheduleTests {
    private let api = APIFixture()
    private let nightly =
        #"{"type": "transform", "payload": {"text": "hello"}, "cron": "0 2 * * *", "timeZone": "Europe/Berlin"}"#

    private func put(_ id: String, _ body: String, headers: HTTPFields = [:]) async throws -> Answer {
        var headers = headers
        headers[.contentType] = "application/json"
        return try await api.answer(.put, "/schedules/\(id)", headers: headers, body: body)
    }

    @Test("make a schedule, show and list it, with its next five times")
    func make() async throws {
        let answer = try await put("nightly", nightly)
        #expect(answer.status == 201)
        #expect(answer.headers[.location] == "/schedules/nightly")
        let now = "\(api.clock.timestamp)"
        // The clock stands at 2025-11-21T10:13:20Z.
        var expected: JSONObject = [
            "scheduleId": "nightly", "type": "transform", "payload": ["text": "hello"], "cron": "0 2 * * *",
            "timeZone": "Europe/Berlin", "missed": "latest", "overlap": "allow", "jitterSeconds": 0, "paused": false,
            "createdAt": .string(now), "updatedAt": .string(now), "missedTicks": 0, "skippedTicks": 0,
            "next": [
                "2025-11-22T01:00:00.000Z", "2025-11-23T01:00:00.000Z", "2025-11-24T01:00:00.000Z",
                "2025-11-25T01:00:00.000Z", "2025-11-26T01:00:00.000Z",
            ],
        ]
        #expect(answer.json == .object(expected))
        let shown = try await api.answer(.get, "/schedules/nightly")
        #expect(shown.status == 200 && shown.json == .object(expected))
        expected["payload"] = nil
        let listed = try await api.answer(.get, "/schedules")
        #expect(listed.json == ["schedules": [.object(expected)]])
        #expect(listed.headers[.cacheControl] == "no-store")
        let again = try await put("nightly", nightly)
        #expect(again.status == 200)
        #expect(try await api.schedules.schedule(ScheduleKey(id: "nightly"))?.revision == 1)
    }

    @Test("pause a schedule and have it go on; a change that says nothing of it leaves it paused")
    func pause() async throws {
        _ = try await put("nightly", nightly)
        let paused = try await api.answer(.post, "/schedules/nightly/pause")
        #expect(paused.status == 200 && paused.json?["paused"] == true && paused.json?["next"]?.arrayValue?.count == 5)
        #expect(try await put("nightly", nightly.replacing("hello", with: "bye")).json?["paused"] == true)
        #expect(try await api.answer(.post, "/schedules/nightly/resume").json?["paused"] == false)

    }

    @Test("run a schedule's job now, once for each key, even if it is paused")
    func run() async throws {
        _ = try await put("nightly", nightly)
        _ = try await api.answer(.post, "/schedules/nightly/pause")
        let headers: HTTPFields = [HTTPField.Name("Idempotency-Key") ?? .accept: "once"]
        let ticket = try await api.answer(.post, "/schedules/nightly/run", headers: headers)
        #expect(ticket.status == 202)
        #expect(ticket.json?["scheduleId"] == "nightly" && ticket.json?["type"] == "transform")
        let id = try #require(ticket.json?["jobId"]?.stringValue)
        #expect(ticket.headers[.location] == "/jobs/\(id)")
        let again = try await api.answer(.post, "/schedules/nightly/run", headers: headers)
        #expect(again.status == 200 && again.json?["jobId"]?.stringValue == id)
        #expect(api.store.jobs.count == 1)
        #expect(try await api.answer(.get, "/jobs/\(id)").json?["scheduleId"] == "nightly")
    }

    @Test("remove a schedule, and know none that is not there")
    func delete() async throws {
        _ = try await put("nightly", nightly)
        #expect(try await api.answer(.delete, "/schedules/nightly").status == 204)
        let unknown = problem(404, "Not Found", "There is no schedule of this id.")
        for (method, path) in [
            (HTTPRequest.Method.get, ""), (.delete, ""), (.post, "/run"), (.post, "/pause"), (.post, "/resume"),
        ] {
            let answer = try await api.answer(method, "/schedules/nightly\(path)")
            #expect(answer.status == 404 && answer.json == unknown)
        }
        #expect(try await api.answer(.get, "/schedules").json == ["schedules": []])
    }

    @Test("refuse what is no schedule, with every problem, its place and what was expected")
    func refuses() async throws {
        let answer = try await put(
            "nightly",
            #"{"type": "transform", "cron": "0 25 * * *", "timeZone": "Europe/Berln"}"#
        )
        #expect(answer.status == 422)
        let rule =
            "\"Europe/Berln\" is no time zone; expected a name of the IANA database, such as Europe/Berlin or UTC"
        #expect(answer.json?["errors"]?[0] == ["pointer": "/timeZone", "message": .string(rule)])
        let cron = try await put("nightly", #"{"type": "transform", "cron": "0 25 * * *"}"#)
        let place = "hour, character 3, \"25\": expected a number from 0 to 23"
        #expect(cron.json?["errors"] == [["pointer": "/cron", "message": .string(place)]])
        #expect(try await put("-nightly", nightly).status == 422)
        #expect(try await put("nightly", "[]").status == 400)
        let long = String(repeating: "x", count: 33 * 1024)
        #expect(try await put("nightly", #"{"type": "t", "every": "1h", "payload": "\#(long)"}"#).status == 413)
        #expect(try await api.answer(.put, "/schedules/nightly", body: nightly).status == 415)
        #expect(try await api.answer(.get, "/schedules").json == ["schedules": []])
    }

    @Test("need scopes, keep tenants and types apart, and note every change")
    func access() async throws {
        let api = APIFixture.asking()
        func answer(_ method: HTTPRequest.Method, _ path: String, _ key: APIKeyText, body: String? = nil) async throws
            -> Answer
        {
            var headers = HTTPFields.bearer(key)
            if body != nil { headers[.contentType] = "application/json" }
            return try await api.answer(method, path, headers: headers, body: body)
        }
        let acme = try await api.makeKey(tenant: "acme", scopes: [.readSchedules, .writeSchedules])
        let other = try await api.makeKey(tenant: "other", scopes: [.readSchedules, .writeSchedules])
        let reader = try await api.makeKey(tenant: "acme", scopes: [.readSchedules])
        let mailer = try await api.makeKey(tenant: "acme", scopes: [.writeSchedules], types: ["mail"])
        let made = try await answer(.put, "/schedules/nightly", acme, body: nightly)
        #expect(made.status == 201 && made.json?["tenant"] == "acme" && made.json?["payload"] == nil)
        #expect(try await answer(.get, "/schedules/nightly", reader).status == 200)
        for (method, path) in [(HTTPRequest.Method.delete, ""), (.post, "/run"), (.post, "/pause"), (.post, "/resume")]
        {
            #expect(try await answer(method, "/schedules/nightly\(path)", other).status == 404)
            #expect(try await answer(method, "/schedules/nightly\(path)", reader).status == 403)
            #expect(try await answer(method, "/schedules/nightly\(path)", mailer).status == 403)
        }
        #expect(try await answer(.put, "/schedules/nightly", mailer, body: nightly).status == 403)
        let takeover = nightly.replacing("transform", with: "mail")
        #expect(try await answer(.put, "/schedules/nightly", mailer, body: takeover).status == 403)
        #expect(try await answer(.get, "/schedules", other).json == ["schedules": []])
        // The other tenant's is one of its own.
        #expect(try await answer(.put, "/schedules/nightly", other, body: nightly).status == 201)
        #expect(try await answer(.post, "/schedules/nightly/run", acme).status == 202)
        #expect(api.store.jobs.map(\.tenant) == ["acme"])
        let admin = try await api.makeKey(scopes: [.admin])
        #expect(try await answer(.get, "/schedules", admin).json?["schedules"]?.arrayValue?.count == 2)
        let entries = try await api.audit.entries(AuditQuery(ListSection(since: .earliest, until: .latest, limit: 100)))
        let noted = entries.elements.filter { $0.status < 400 }.map { "\($0.action) \($0.subject ?? "")" }
        #expect(noted.sorted() == ["schedule.run nightly", "schedule.set nightly", "schedule.set nightly"])
    }

    @Test("say what they can of a schedule whose zone is not there any more")
    func lostZone() async throws {
        var schedule = Schedule.sample()
        schedule.definition.timeZone = "Nowhere/Else"
        #expect(try await api.schedules.save(schedule, replacing: nil))
        let answer = try await api.answer(.get, "/schedules/nightly")
        #expect(answer.status == 200 && answer.json?["next"] == [])
        #expect(answer.json?["problem"]?.stringValue?.contains("Nowhere/Else") == true)
    }

    @Test("all scopes of a kind are given by one name")
    func scopeNames() {
        #expect(Scope.named("schedules:*") == [.readSchedules, .writeSchedules])
        #expect(Scope.named("jobs:read") == [.readJobs])
        for text in ["*", ":*", "moon:*", "schedules", "schedules:"] { #expect(Scope.named(text) == nil) }
    }
}

extension String {
    fileprivate func replacing(_ part: String, with other: String) -> String {
        split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
    }
}
