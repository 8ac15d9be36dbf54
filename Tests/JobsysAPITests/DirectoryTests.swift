import HTTPTypes
import JobsysAPI
import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import ServiceLifecycleTestKit
import Testing

@Suite("Workers and types", .timeLimit(.minutes(1)))
struct DirectoryTests {
    private let api = APIFixture()
    private let missing = DependencyError(
        dependency: "dynamodb",
        code: DependencyError.directoryMissing,
        message: "no index",
        isTransient: false
    )

    private func put(_ path: String, _ body: String) async throws -> Answer {
        try await api.answer(.put, path, headers: [.contentType: "application/json"], body: body)
    }

    @Test("are listed as they are now, and workers that have expired are not")
    func lists() async throws {
        let now = api.clock.timestamp
        var worker = WorkerRecord.sample("one", at: now)
        (worker.busy, worker.running, worker.breakers) = (2, ["transform": 2], ["http": "open"])
        worker.isDraining = true
        try await api.directory.announce(worker)
        try await api.directory.announce(.sample("old", at: now + .seconds(-45)))
        try await api.directory.announce(["gone"], at: .sample)
        let workers = try await api.answer(.get, "/workers")
        #expect(workers.status == 200)
        #expect(workers.headers[.cacheControl] == "no-store")
        let shown: JSONValue = [
            "workerId": "one", "version": "1.0.0", "host": "host-one", "types": ["http", "transform"], "slots": 16,
            "busy": 2, "running": ["transform": 2], "breakers": ["http": "open"], "draining": true,
            "startedAt": .string("\(now)"), "seenAt": .string("\(now)"),
        ]
        #expect(workers.json == ["workers": [shown]])
        func offered(_ name: String, _ workers: Int, _ at: Timestamp) -> JSONValue {
            [
                "type": .string(name), "workers": .int(workers), "paused": false, "limits": [:],
                "lastOfferedAt": .string("\(at)"),
            ]
        }
        let types = try await api.answer(.get, "/types")
        #expect(
            types.json == [
                "types": [offered("gone", 0, .sample), offered("http", 1, now), offered("transform", 1, now)]
            ]
        )
        api.clock.advance(by: .seconds(45))
        #expect(try await api.answer(.get, "/workers").json == ["workers": []])
    }

    @Test("A type is paused and resumed, with who and why, and each may be repeated")
    func pauses() async throws {
        try await api.directory.announce(["http"], at: .sample)
        let now = api.clock.timestamp
        let body = #"{"reason":"the shop is down","by":"ada"}"#
        for _ in 0..<2 {
            let answer = try await api.answer(
                .post,
                "/types/http/pause",
                headers: [.contentType: "application/json"],
                body: body
            )
            #expect(answer.status == 200)
            #expect(
                answer.json == [
                    "type": "http", "workers": 0, "paused": true,
                    "pause": ["at": .string("\(now)"), "by": "ada", "reason": "the shop is down"], "limits": [:],
                    "lastOfferedAt": .string("\(Timestamp.sample)"),
                ]
            )
            api.clock.advance(by: .seconds(1))
        }
        for _ in 0..<2 {
            let answer = try await api.answer(.post, "/types/http/resume")
            #expect(answer.status == 200)
            #expect(answer.json?["paused"] == false)
            #expect(answer.json?["pause"] == nil)
        }
        #expect(try await api.answer(.post, "/types/http/pause").json?["pause"]?["reason"] == nil)
    }

    @Test("A limit is set, kept and removed by a member each")
    func limits() async throws {
        func limits(_ body: String) async throws -> JSONValue? {
            let answer = try await put("/types/http/limits", body)
            #expect(answer.status == 200)
            return answer.json?["limits"]
        }
        #expect(try await limits(#"{"rate":50,"concurrency":4}"#) == ["rate": 50, "concurrency": 4])
        #expect(try await limits(#"{"rate":null}"#) == ["concurrency": 4])
        #expect(try await limits(#"{"rate":1}"#) == ["rate": 1, "concurrency": 4])
        #expect(try await limits(#"{"rate":null,"concurrency":null}"#) == [:])
    }

    @Test("What nobody knows is not resumed, and no limit of it is removed")
    func unknown() async throws {
        let detail = "No worker has ever offered jobs of this type."
        let answers = [
            try await api.answer(.post, "/types/http/resume"), try await put("/types/http/limits", #"{"rate":null}"#),
        ]
        for answer in answers {
            #expect(answer.status == 404)
            #expect(answer.json == problem(404, "Not Found", detail))
        }
        #expect(try await api.directory.types() == [])
    }

    @Test(
        "Bad input is refused, every wrong member by name, and changes nothing",
        arguments: [
            ("/types/http/pause", #"{"reason":1,"by":"","why":2}"#, ["/why", "/by", "/reason"]),
            ("/types/http/pause", #"{"reason":"\#(String(repeating: "x", count: 501))"}"#, ["/reason"]),
            ("/types/http/limits", "{}", [""]), ("/types/http/limits", "", [""]),
            ("/types/http/limits", #"{"rate":0,"concurrency":1001,"per":1}"#, ["/per", "/rate", "/concurrency"]),
            ("/types/http/limits", #"{"rate":1.5}"#, ["/rate"]), ("/types/http/limits", #"{"rate":"1"}"#, ["/rate"]),
            ("/types/HTTP/pause", "", nil), ("/types/HTTP/resume", "", nil), ("/types/1/limits", #"{"rate":1}"#, nil),
        ] as [(String, String, [String]?)]
    )
    func refused(path: String, body: String, pointers: [String]?) async throws {
        let answer =
            try await path.hasSuffix("limits")
            ? put(path, body)
            : api.answer(.post, path, headers: [.contentType: "application/json"], body: body)
        #expect(answer.status == 422)
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(answer.json?["errors"]?.arrayValue?.map { $0["pointer"]?.stringValue } == pointers)
        #expect(try await api.directory.types() == [])
    }

    @Test("A body that is no JSON object, or not called so, is refused")
    func nonsense() async throws {
        #expect(try await put("/types/http/limits", "[1]").status == 400)
        #expect(try await api.answer(.put, "/types/http/limits", body: #"{"rate":1}"#).status == 415)
        #expect(try await api.answer(.get, "/types/http/pause").status == 405)
    }

    @Test("A table without a directory is called so, and no type is paused that no worker would hear of")
    func missingDirectory() async throws {
        api.directory.fail(with: missing)
        for (method, path) in [(HTTPRequest.Method.get, "/workers"), (.get, "/types"), (.post, "/types/http/pause")] {
            let answer = try await api.answer(method, path)
            #expect(answer.status == 503)
            #expect(answer.headers[.retryAfter] == "60")
            #expect(answer.json?["type"] == "urn:jobsys:problem:no-directory")
            #expect(answer.json?["detail"]?.stringValue?.contains("infra/cloudformation/data-plane.yaml") == true)
        }
        api.directory.fail(with: nil)
        #expect(try await api.directory.types() == [])
    }

    // MARK: Submissions

    private let document = #"{"type":"transform","payload":{}}"#

    @Test("A submission of a type that nobody offers is accepted with a warning, one that somebody offers without")
    func warning() async throws {
        let warningName = try #require(HTTPField.Name("Jobsys-Warning"))
        _ = try await api.cache.read()
        let answer = try await api.submit(document)
        #expect(answer.status == 202)
        #expect(answer.json?["noWorker"] == true)
        #expect(answer.headers[warningName] == "no worker offers jobs of type transform")
        #expect(api.queue.bodies.count == 1)
        // A worker that has come since the last reading is found all the same.
        try await api.directory.announce(.sample(at: api.clock.timestamp))
        api.clock.advance(by: .seconds(1))
        let other = try await api.submit(document)
        #expect(other.json?["noWorker"] == nil)
        #expect(other.headers[warningName] == nil)
    }

    @Test("A submission of a type that nobody offers is refused where the service is told to, and leaves nothing")
    func refusal() async throws {
        var api = api
        api.options.unknownTypes = .refuse
        _ = try await api.cache.read()
        let answer = try await api.submit(document)
        #expect(answer.status == 422)
        #expect(answer.json?["type"] == "urn:jobsys:problem:no-worker")
        #expect(answer.json?["errors"]?[0]?["pointer"] == "/type")
        #expect(api.store.jobs.isEmpty)
        #expect(api.queue.bodies.isEmpty)
        try await api.directory.announce(.sample(at: api.clock.timestamp))
        api.clock.advance(by: .seconds(1))
        #expect(try await api.submit(document).status == 202)
    }

    @Test(
        "Of a directory that cannot be read nothing is said, and submissions are accepted",
        arguments: UnknownTypes.allCases
    )
    func silent(unknownTypes: UnknownTypes) async throws {
        var api = api
        api.options.unknownTypes = unknownTypes
        // Read once, and not since.
        _ = try await api.cache.read()
        api.directory.fail(with: missing)
        await #expect(throws: DependencyError.self) { try await api.cache.read() }
        api.clock.advance(by: DirectoryCache.longestAge + .milliseconds(1))
        let answer = try await api.submit(document)
        #expect(answer.status == 202)
        #expect(answer.json?["noWorker"] == nil)
    }

    @Test("Submissions of a type that nobody offers read the directory once a second, however many they are")
    func flood() async throws {
        _ = try await api.cache.read()
        let before = api.directory.readings
        for second in 1...3 {
            api.clock.advance(by: .seconds(1))
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await api.submit(document).json?["noWorker"] == true }
                }
                for try await hasNone in group { #expect(hasNone) }
            }
            #expect(api.directory.readings == before + 2 * second)
        }
    }

    @Test("No submission of a type that a worker offers reads the directory, which is read every three seconds")
    func background() async throws {
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await api.directory.announce(.sample(at: api.clock.timestamp))
                group.addTask { try await api.cache.run() }
                await api.clock.waitForSleepers()
                for _ in 0..<10 { _ = try await api.submit(document) }
                #expect(api.directory.readings == 2)
                api.directory.fail(with: missing)
                api.clock.advance(by: .seconds(3))
                await api.clock.waitForSleepers()
                api.directory.fail(with: nil)
                api.clock.advance(by: .seconds(3))
                await api.clock.waitForSleepers()
                #expect(api.directory.readings == 4)
                #expect(api.cache.snapshot?.readAt == api.clock.timestamp)
                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
            }
        }
    }

    @Test("A job that waits says why, from what is known, and one that runs or is over does not")
    func waiting() async throws {
        var job = Job.sample(type: "http")
        api.store.put(job)
        func waiting() async throws -> JSONValue? { try await api.answer(.get, "/jobs/\(job.id)").json?["waiting"] }
        #expect(try await waiting()?["reason"] == "queued")
        let readings = api.directory.readings
        _ = try await api.directory.pause("http", TypePause(at: .sample, by: "ada", reason: "the shop is down"))
        _ = try await api.cache.read()
        #expect(
            try await waiting() == [
                "reason": "paused",
                "detail": .string("Jobs of type http were paused at \(Timestamp.sample) by ada: the shop is down"),
            ]
        )
        #expect(api.directory.readings == readings + 2)
        job.status = .retrying
        job.runAt = api.clock.timestamp + .seconds(5)
        api.store.put(job)
        #expect(try await waiting()?["reason"] == "retrying")
        #expect(try await waiting()?["until"] == .string("\(api.clock.timestamp + .seconds(5))"))
        for status in [JobStatus.running, .succeeded, .failedFinal, .cancelled] {
            job.status = status
            api.store.put(job)
            #expect(try await waiting() == nil)
        }
    }
}
