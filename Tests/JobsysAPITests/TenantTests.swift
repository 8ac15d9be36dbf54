import HTTPTypes
import JobsysAPI
import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

@Suite("A tenant", .timeLimit(.minutes(1)))
struct TenantTests {
    private let api = APIFixture.asking()
    private static let allScopes: Set<Scope> = [
        .submitJobs, .readJobs, .cancelJobs, .redriveJobs, .readIncidents, .readPayloads,
    ]

    private func key(_ tenant: String?, types: Set<String>? = nil) async throws -> APIKeyText {
        try await api.makeKey(tenant: tenant, scopes: Self.allScopes, types: types)
    }

    private func submit(_ key: APIKeyText, _ body: String, idempotencyKey: String? = nil) async throws -> Answer {
        var headers = HTTPFields.bearer(key)
        if let idempotencyKey, let name = HTTPField.Name("Idempotency-Key") { headers[name] = idempotencyKey }
        return try await api.submit(body, headers: headers)
    }

    private static let job = #"{"type": "transform", "payload": {"text": "x"}}"#

    @Test("submits jobs of its own, and the body has no say in whose they are")
    func submission() async throws {
        let answer = try await submit(try await key("acme"), Self.job)
        #expect(answer.status == 202)
        #expect(answer.json?["tenant"] == "acme")
        #expect(api.store.jobs.map(\.tenant) == ["acme"])
        let claimed = #"{"type": "transform", "payload": null, "tenant": "other"}"#
        #expect(try await submit(try await key("acme"), claimed).status == 422)
    }

    @Test("has idempotency keys of its own")
    func idempotency() async throws {
        let (acme, other, admin) = (try await key("acme"), try await key("other"), try await key(nil))
        var ids: Set<JSONValue> = []
        for key in [acme, other, admin] {
            let first = try await submit(key, Self.job, idempotencyKey: "same")
            #expect(first.status == 202)
            #expect(try await submit(key, Self.job, idempotencyKey: "same").status == 200)
            ids.insert(try #require(first.json?["jobId"]))
        }
        #expect(ids.count == 3)
    }

    @Test("finds, cancels and redrives its own jobs, and those of others are not there, nor waited for")
    func foreign() async throws {
        let (acme, other, someone) = (try await key("acme"), try await key("other"), try await key(nil))
        for status in [JobStatus.pending, .failedFinal] {
            for (method, path) in [(.get, "?wait=20"), (.get, ""), (.post, "/cancel"), (.post, "/redrive")]
                as [(HTTPRequest.Method, String)]
            {
                var job = Job.sample()
                (job.tenant, job.status) = ("acme", status)
                api.store.put(job)
                let path = "/jobs/\(job.id)" + path
                let missing = try await api.answer(method, "/jobs/\(JobID(at: .sample))", headers: .bearer(other))
                let foreign = try await api.answer(method, path, headers: .bearer(other))
                #expect(foreign.status == 404, "\(method) \(path)")
                if method == .get { #expect(foreign.json == missing.json) }
                #expect(try await api.store.job(job.id) == job)
                guard !path.hasSuffix("wait=20") else { continue }
                for key in [acme, someone] {
                    api.store.put(job)
                    let own = try await api.answer(method, path, headers: .bearer(key))
                    #expect([200, 202, 409].contains(own.status), "\(method) \(path): \(own.text)")
                }
            }
        }
    }

    @Test("lists its own jobs and incidents, and an operator those of all")
    func lists() async throws {
        var ids: [String: String] = [:]
        for tenant in ["acme", "other", "default"] {
            var job = Job.sample(at: api.clock.timestamp)
            (job.tenant, job.status) = (tenant, .pending)
            api.store.put(job)
            var incident = Incident.sample(of: job)
            incident.failure.at = api.clock.timestamp
            _ = try await api.store.fail(job, with: incident, expiresAt: .sample)
            ids[tenant] = "\(job.id)"
        }
        func listed(_ list: String, _ key: APIKeyText) async throws -> Set<String> {
            let answer = try await api.answer(.get, "/\(list)", headers: .bearer(key))
            return Set((answer.json?[list]?.arrayValue ?? []).compactMap { $0["jobId"]?.stringValue })
        }
        for list in ["jobs", "incidents"] {
            for (tenant, id) in ids { #expect(try await listed(list, try await key(tenant)) == [id]) }
            #expect(try await listed(list, try await key("nobody")) == [])
            #expect(try await listed(list, try await key(nil)) == Set(ids.values))
        }
    }

    @Test("may use the types of its key alone, also in a batch, and is told so")
    func types() async throws {
        let limited = try await key("acme", types: ["http"])
        let refused = try await submit(limited, Self.job)
        #expect(refused.status == 403)
        #expect(refused.json?["type"] == "urn:jobsys:problem:type-not-allowed")
        #expect(refused.json?["detail"] == "The credential is not for jobs of type transform.")
        var headers = HTTPFields.bearer(limited)
        headers[.contentType] = "application/json"
        let batch = #"{"jobs": [\#(Self.job), {"type": "http", "payload": null}]}"#
        let answer = try await api.answer(.post, "/jobs:batch", headers: headers, body: batch)
        #expect(answer.json?["results"]?.arrayValue?.map { $0["status"] } == [403, 202])
        #expect(api.store.jobs.map(\.type) == ["http"])
        #expect(api.store.jobs.map(\.tenant) == ["acme"])
        for (status, action) in [(JobStatus.pending, "cancel"), (.cancelled, "redrive")] {
            var job = Job.sample()
            (job.tenant, job.status) = ("acme", status)
            api.store.put(job)
            let answer = try await api.answer(.post, "/jobs/\(job.id)/\(action)", headers: .bearer(limited))
            #expect(answer.status == 403)
            #expect(try await api.store.job(job.id) == job)
        }
    }

    @Test("sees what jobs were given, and what became of them, only if its key says so")
    func redaction() async throws {
        var job = Job.sample(at: api.clock.timestamp)
        api.store.put(job)
        var incident = Incident.sample(of: job)
        incident.failure.at = api.clock.timestamp
        _ = try await api.store.fail(job, with: incident, expiresAt: .sample)
        let blind = try await api.makeKey(scopes: [.readIncidents])
        let seeing = try await api.makeKey(scopes: [.readIncidents, .readPayloads])
        for (key, excerpt) in [(blind, nil), (seeing, incident.excerpt)] {
            let answer = try await api.answer(.get, "/incidents", headers: .bearer(key))
            #expect(answer.json?["incidents"]?[0]?["excerpt"]?.stringValue == excerpt)
        }

        let submitter = try await api.makeKey(scopes: [.submitJobs])
        let first = try await submit(submitter, Self.job, idempotencyKey: "key")
        #expect(first.status == 202)
        job = try #require(api.store.jobs.first { "\($0.id)" == first.json?["jobId"]?.stringValue })
        (job.status, job.result) = (.succeeded, "the secret of the job")
        api.store.put(job)
        let repeated = try await submit(submitter, Self.job, idempotencyKey: "key")
        #expect(repeated.json?["status"] == "SUCCEEDED" && repeated.json?["result"] == nil)
        for scopes in [[.readJobs], [.readPayloads]] as [Set<Scope>] {
            let half = try await api.makeKey(scopes: scopes.union([.submitJobs]))
            #expect(try await submit(half, Self.job, idempotencyKey: "key").json?["result"] == nil)
        }
        let reader = try await api.makeKey(scopes: [.submitJobs, .readJobs, .readPayloads])
        #expect(try await submit(reader, Self.job, idempotencyKey: "key").json?["result"] == job.result)
    }
}
