import HTTPTypes
import Hummingbird
import JobsysAPI
import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

@Suite("The console", .timeLimit(.minutes(1)))
struct ConsoleTests {
    /// What each of its pages and forms asks for; nil for nothing.
    private static let routes: [(String, Scope?)] = [
        ("GET /console", .readJobs), ("GET /console/jobs", .readJobs), ("GET /console/jobs/{id}", .readJobs),
        ("GET /console/find", .readJobs), ("GET /console/incidents", .readIncidents),
        ("GET /console/types", .readSystem),
        ("GET /console/workers", .readSystem), ("GET /console/submit", .submitJobs),
        ("POST /console/submit", .submitJobs),
        ("POST /console/jobs/{id}/cancel", .cancelJobs), ("POST /console/jobs/{id}/redrive", .redriveJobs),
        ("POST /console/types/{name}/pause", .admin), ("POST /console/types/{name}/resume", .admin),
        ("GET /console/sign-in", nil), ("POST /console/sign-in", nil), ("POST /console/sign-out", nil),
        ("GET /console/assets/{name}", nil), ("GET /console/events", .readJobs),
        ("POST /console/types/{name}/limits", .admin), ("GET /console/keys", .admin), ("POST /console/keys", .admin),
        ("POST /console/keys/{id}/rotate", .admin), ("POST /console/keys/{id}/revoke", .admin),
        ("GET /console/audit", .admin), ("POST /console/theme", nil),
    ]

    @Test("has a decision on each of its routes, asks for a session, and for the scope")
    func access() async throws {
        let served = APIFixture().router().routes
            .filter { $0.method != .head && "\($0.path)".hasPrefix("/console") }
            .map { "\($0.method.rawValue) \($0.path)" }
        #expect(served.sorted() == Self.routes.map(\.0).sorted())
        for (name, scope) in Self.routes {
            guard let scope else { continue }
            let parts = name.split(separator: " ").map(String.init)
            let method = try #require(HTTPRequest.Method(parts[0]))
            let path = parts[1].replacing("{id}", with: APIFixture.jobID).replacing("{name}", with: "http")
            for own in Scope.allCases.map(Optional.some) + [nil] {
                let api = APIFixture.asking()
                var headers = HTTPFields.ownForm
                if let own { headers[.cookie] = try await api.session(scopes: [own]) }
                let answer = try await api.answer(method, path, headers: headers)
                switch own {
                case nil:
                    #expect(
                        answer.status == 303 && answer.location?.hasPrefix("/console/sign-in?next=") == true,
                        "\(name)"
                    )
                case scope, .admin:
                    #expect(![401, 403].contains(answer.status), "\(name)")
                    #expect(answer.location?.hasPrefix("/console/sign-in") != true, "\(name)")
                default: #expect(answer.status == 403, "\(name) with \(own?.rawValue ?? "")")
                }
                #expect(answer.status < 500, "\(name): \(answer.text)")
            }
        }
    }

    @Test("exchanges a key for a cookie that does not have it in it, and that is good for the console alone")
    func signIn() async throws {
        let api = APIFixture.asking()
        let key = try await api.makeKey(scopes: [.readJobs])
        let answer = try await api.form("/console/sign-in", "key=\(key.revealed())&next=%2Fconsole%2Fjobs")
        #expect(answer.status == 303)
        #expect(answer.location == "/console/jobs")
        let cookie = try #require(answer.headers[.setCookie])
        #expect(cookie.hasSuffix("; Path=/console; Max-Age=43200; HttpOnly; SameSite=Strict"))
        #expect(!cookie.contains(key.revealed().suffix(38)) && !cookie.contains(key.hash))
        let session = String(cookie.prefix { $0 != ";" })
        #expect(try await api.answer(.get, "/console/jobs", headers: [.cookie: session]).status == 200)
        #expect(try await api.answer(.get, "/jobs", headers: [.cookie: session]).status == 401)
        #expect(try await api.answer(.get, "/console/jobs", headers: .bearer(key)).status == 303)
        let secure = try await api.form("/console/sign-in", "key=\(key.revealed())", forwarded: "https")
        #expect(secure.headers[.setCookie]?.hasSuffix("; Secure") == true)
        let out = try await api.form("/console/sign-out", "")
        #expect(out.headers[.setCookie]?.contains("jobsys_session=; Path=/console; Max-Age=0;") == true)
    }

    @Test("ends a session with its key, after twelve hours, and when anything in it was altered")
    func ends() async throws {
        let api = APIFixture.asking()
        let cookie = try await api.session(scopes: [.readJobs])
        func status(_ cookie: String) async throws -> Int {
            try await api.answer(.get, "/console/jobs", headers: [.cookie: cookie]).status
        }
        #expect(try await status(cookie) == 200)
        #expect(try await status(cookie + "0") == 303)
        #expect(try await status(cookie.replacing(".1", with: ".9")) == 303)
        #expect(try await status("jobsys_session=a.b") == 303)
        api.clock.advance(by: .seconds(12 * 3600))
        #expect(try await status(cookie) == 303)
        let other = try await api.session(scopes: [.readJobs])
        let id = try #require(try await api.keys.keys().first { other.contains($0.id) }?.id)
        #expect(try await status(other) == 200)
        _ = try await api.keys.revoke(id, at: api.clock.timestamp)
        api.clock.advance(by: .seconds(60))
        #expect(try await status(other) == 303)
    }

    @Test("answers a wrong key with the form, and leads nowhere but to itself")
    func wrongKey() async throws {
        let api = APIFixture.asking()
        let answer = try await api.form("/console/sign-in", "key=nonsense&next=https%3A%2F%2Fevil.example")
        #expect(answer.status == 401)
        #expect(answer.text.contains("The credential is not valid"))
        #expect(!answer.text.contains("evil") && !answer.text.contains("nonsense"))
        for next in ["//evil.example", "/\\evil.example", "/consoles", "/console\n/x", "javascript:1", "/jobs"] {
            let page = try await api.answer(.get, "/console/sign-in?next=\(next.utf8.map { "%" + hex($0) }.joined())")
            #expect(page.text.contains(#"name="next" value="/console""#), "\(next)")
        }
    }

    @Test("refuses forms of other sites, and changes nothing for them")
    func crossSite() async throws {
        let api = APIFixture()
        let job = Job.sample()
        api.store.put(job)
        let type = HTTPField(name: .contentType, value: "application/x-www-form-urlencoded")
        let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
        for (name, value) in [
            (site, "cross-site"), (site, "same-site"), (site, "none"), (.origin, "http://evil.example"),
            (.origin, "null"),
            (.accept, "*/*"),
        ] {
            let headers: HTTPFields = [type.name: type.value, name: value]
            let answer = try await api.answer(.post, "/console/jobs/\(job.id)/cancel", headers: headers)
            #expect(answer.status == 403, "\(name): \(value)")
        }
        #expect(try await api.store.job(job.id) == job)
        let own = try await api.form("/console/jobs/\(job.id)/cancel", "")
        #expect(own.location == "/console/jobs/\(job.id)?done=cancelled")
        #expect(try await api.store.job(job.id)?.status == .cancelled)
    }

    @Test("keeps the theme in a cookie of its own, and leads back to where the reader was")
    func theme() async throws {
        let api = APIFixture()
        #expect(try await api.answer(.get, "/console").text.contains(#"data-theme="system""#))
        var headers = HTTPFields.ownForm
        for (from, to) in [("http://h/console/jobs?type=a", "/console/jobs?type=a"), ("http://h/keys", "/console")] {
            headers[.referer] = from
            let answer = try await api.answer(.post, "/console/theme?to=dark", headers: headers)
            #expect(answer.status == 303 && answer.location == to)
            #expect(answer.headers[.setCookie]?.hasPrefix("jobsys_theme=dark; Path=/console;") == true)
        }
        let page = try await api.answer(.get, "/console", headers: [.cookie: "jobsys_theme=dark"])
        #expect(page.text.contains(#"data-theme="dark""#) && page.text.contains("theme?to=light"))
        let odd = try await api.answer(.get, "/console", headers: [.cookie: "jobsys_theme=%22%3E"])
        #expect(odd.text.contains(#"data-theme="system""#))
    }

    @Test("finds a job by its id, or by the first eight digits of it, and several by their time")
    func find() async throws {
        let api = APIFixture()
        let job = Job.sample(at: api.clock.timestamp)
        let id = job.id
        api.store.put(job)
        func found(_ text: some StringProtocol) async throws -> Answer {
            try await api.answer(.get, "/console/find?id=\(text)")
        }
        #expect(try await found("\(id)").location == "/console/jobs/\(id)")
        #expect(try await found("\(id)".prefix(8).uppercased()).location == "/console/jobs/\(id)")
        #expect(try await found("\(id)".prefix(20)).location == "/console/jobs/\(id)")
        for (text, status) in [("019a7c1", 422), ("zzzzzzzz", 422), ("", 422), ("00000000", 404), ("ffffffff", 404)] {
            #expect(try await found(text).status == status, "\(text)")
        }
        api.store.put(.sample(at: api.clock.timestamp))
        let several = try await found("\(id)".prefix(8))
        #expect(several.location?.hasPrefix("/console/jobs?since=") == true)
        #expect(try await api.answer(.get, try #require(several.location)).text.contains("2 jobs, and no more"))
    }

    @Test("says which methods a page takes")
    func methods() async throws {
        let answer = try await APIFixture().form("/console/jobs", "")
        #expect(answer.status == 405 && answer.headers[.allow] == "GET, HEAD")
        #expect(answer.text.contains("<h1>") && answer.text.contains("GET, HEAD only"))
        #expect(try await APIFixture().answer(.get, "/console/nowhere").status == 404)
    }

    @Test("escapes whatever jobs, incidents and readers say")
    func escaping() async throws {
        let api = APIFixture()
        let evil = #"<script>alert(1)</script>"><img src=x onerror='alert(2)'>{{{body}}}"#
        var job = Job.sample(payload: ["text": .string(evil)], at: api.clock.timestamp)
        (job.tenant, job.orderingKey, job.idempotencyKey, job.type) = (evil, evil, evil, evil)
        (job.status, job.result) = (.running, .string(evil))
        job.progress = JobProgress(0.5, evil, at: .sample)
        job.error = Job.RecordedFailure(errorClass: ErrorClass(rawValue: evil), message: evil, at: .sample)
        job.failures = [job.error].compactMap(\.self)
        api.store.put(job)
        var stray = Incident.sample(of: job)
        stray.id = .message(evil)
        (stray.failure.at, stray.failure.message, stray.excerpt) = (api.clock.timestamp, evil, evil)
        _ = try await api.store.fail(job, with: stray, expiresAt: .sample)
        var worker = WorkerRecord.sample(at: api.clock.timestamp)
        (worker.host, worker.version, worker.types) = (evil, evil, ["http", evil])
        try await api.directory.announce(worker)
        _ = try await api.directory.pause("http", TypePause(at: .sample, by: evil, reason: evil))
        _ = try await api.cache.read()
        let query = evil.utf8.map { "%" + hex($0) }.joined()
        for path in [
            "/console", "/console/jobs", "/console/jobs?type=\(query)", "/console/jobs?status=\(query)",
            "/console/jobs/\(job.id)", "/console/incidents", "/console/incidents?type=\(query)", "/console/types",
            "/console/workers", "/console/submit", "/console/find?id=\(query)", "/console/\(query)",
        ] {
            let answer = try await api.answer(.get, path)
            #expect(answer.status < 500, "\(path): \(answer.text)")
            #expect(!answer.text.contains("<script>") && !answer.text.contains("<img"), "\(path)")
            #expect(!answer.text.contains("onerror='"), "\(path)")
        }
        let again = try await api.form("/console/submit", "type=\(query)&payload=\(query)&maxAttempts=\(query)")
        #expect(again.status == 422)
        #expect(!again.text.contains("<script>") && again.text.contains("&lt;script&gt;"))
    }

    @Test("has pages that load nothing of others and nothing inline, and are small")
    func policy() async throws {
        let api = APIFixture()
        let page = try await api.answer(.get, "/console")
        #expect(page.status == 200)
        #expect(page.headers[.contentType] == "text/html; charset=utf-8")
        #expect(page.headers[.cacheControl] == "no-store")
        #expect(page.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
        #expect(page.headers[.contentSecurityPolicy]?.contains("unsafe") == false)
        #expect(page.headers[.contentSecurityPolicy]?.contains("frame-ancestors 'none'") == true)
        #expect(page.headers[.xContentTypeOptions] == "nosniff")
        for name in ["Referrer-Policy", "X-Frame-Options"] {
            #expect(page.headers[try #require(HTTPField.Name(name))] != nil)
        }
        #expect(!page.text.contains("style=") && !page.text.contains("<style") && !page.text.contains("http://"))
        var size = page.text.utf8.count
        for asset in page.text.matches(of: #/"(/console/assets/[^"]+)"/#).map({ String($0.1) }) {
            let answer = try await api.answer(.get, asset)
            #expect(answer.status == 200)
            #expect(answer.headers[.cacheControl] == "public, max-age=31536000, immutable")
            size += answer.text.utf8.count
        }
        #expect(size > 10_000 && size < 60_000, "\(size) bytes")
        #expect(try await api.answer(.get, "/console/assets/console-0.css").status == 404)
    }

    @Test("tells the story of a job that failed, and has it started anew with another payload")
    func story() async throws {
        let api = APIFixture()
        var job = Job.sample(at: .sample)
        (job.status, job.attempts, job.startedAt, job.finishedAt) = (.failedFinal, 2, .sample, .sample + .seconds(5))
        job.failures = [Job.RecordedFailure(errorClass: .network, message: "first", at: .sample + .seconds(1))]
        job.error = Job.RecordedFailure(errorClass: .system, message: "second", at: .sample + .seconds(5))
        job.result = try JSONValue(parsing: #"{"big": 12345678901234567890}"#)
        api.store.put(job)
        let page = try await api.answer(.get, "/console/jobs/\(job.id)").text
        let parts = [
            "Submitted", "Attempt failed: NETWORK", "first", "Attempt failed: SYSTEM", "second", "Failed for good",
        ]
        let places = parts.compactMap { page.split(separator: "timeline").last?.firstRange(of: $0)?.lowerBound }
        #expect(places.count == parts.count && places == places.sorted())
        #expect(page.contains("12345678901234567890"))
        let refused = try await api.form("/console/jobs/\(job.id)/redrive", "payload=%7Bbad")
        #expect(refused.status == 422 && refused.text.contains("The payload is not JSON"))
        let answer = try await api.form("/console/jobs/\(job.id)/redrive", "payload=%7B%22text%22%3A+%22mended%22%7D")
        #expect(answer.location == "/console/jobs/\(job.id)?done=redriven")
        let redriven = try await api.store.job(job.id)
        #expect(redriven?.payload == ["text": "mended"] && redriven?.generation == 1)
        let conflict = try await api.form("/console/jobs/\(job.id)/redrive", "")
        #expect(conflict.status == 409)
    }

    @Test("submits a job once, however often its form is sent, and shows what is wrong with one")
    func submit() async throws {
        let api = APIFixture()
        let body = "key=one&type=transform&payload=%7B%22text%22%3A1%7D&maxAttempts="
        let first = try await api.form("/console/submit", body)
        #expect(first.status == 303)
        #expect(try await api.form("/console/submit", body).location == first.location)
        #expect(api.store.jobs.map(\.payload) == [["text": 1]])
        let wrong = try await api.form("/console/submit", "key=two&type=&payload=%7B%7D&maxAttempts=99")
        #expect(wrong.status == 422)
        #expect(wrong.text.contains("<code>/type</code>") && wrong.text.contains("<code>/maxAttempts</code>"))
        #expect(wrong.text.contains(#"value="99""#))
    }

    @Test("shows a tenant its own jobs alone, and pauses a type in the name of the session's key")
    func tenantsAndPause() async throws {
        let api = APIFixture.asking()
        var job = Job.sample(at: api.clock.timestamp)
        job.tenant = "acme"
        api.store.put(job)
        for (tenant, status) in [("acme", 200), ("other", 404)] {
            let cookie = try await api.session(tenant: tenant, scopes: [.readJobs])
            let list = try await api.answer(.get, "/console/jobs", headers: [.cookie: cookie])
            #expect(list.text.contains("\(job.id)") == (status == 200))
            let page = try await api.answer(.get, "/console/jobs/\(job.id)", headers: [.cookie: cookie])
            #expect(page.status == status)
            #expect(!page.text.contains("hello"), "the payload is not for who may not read payloads")
        }
        try await api.directory.announce(WorkerRecord.sample(at: api.clock.timestamp))
        var headers = HTTPFields.ownForm
        let cookie = try await api.session(scopes: [.admin])
        headers[.cookie] = cookie
        let answer = try await api.answer(.post, "/console/types/http/pause", headers: headers, body: "reason=why+not")
        #expect(answer.location == "/console/types")
        let pause = try await api.directory.types().first { $0.name == "http" }?.pause
        #expect(pause?.reason == "why not")
        #expect(pause?.by?.hasPrefix("key:") == true)
    }
}

private func hex(_ byte: UInt8) -> String {
    String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
}

extension HTTPFields {
    /// What a browser says of a form of the console's own.
    static var ownForm: HTTPFields {
        var fields: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
        if let name = HTTPField.Name("Sec-Fetch-Site") { fields[name] = "same-origin" }
        return fields
    }
}

extension Answer {
    var location: String? { headers[.location] }
}

extension APIFixture {
    /// Sends a form of the console.
    func form(_ path: String, _ body: String, forwarded: String? = nil) async throws -> Answer {
        var headers = HTTPFields.ownForm
        if let forwarded, let name = HTTPField.Name("X-Forwarded-Proto") { headers[name] = forwarded }
        return try await answer(.post, path, headers: headers, body: body)
    }

    /// The cookie of a new key's session.
    func session(tenant: String? = nil, scopes: Set<Scope>) async throws -> String {
        let key = try await makeKey(tenant: tenant, scopes: scopes)
        let answer = try await form("/console/sign-in", "key=\(key.revealed())")
        return String((answer.headers[.setCookie] ?? "").prefix { $0 != ";" })
    }
}
