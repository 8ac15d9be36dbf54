import HTTPTypes
import JobsysClient
import JobsysJSON
import JobsysTime

/// Asks a system's services how they are, and says in words what is wrong.
///
/// It changes nothing, and shows no payload, no result and no secret. What a key may not ask for is said, and left out.
struct Doctor {
    let api: APIClient
    /// The probes of workers and of dlq-handler, by the URLs that were given.
    let probes: [APIClient]
    let now: @Sendable () -> Timestamp

    /// Goes through everything, and tells of each thing as soon as it is known.
    ///
    /// - Throws: What `tell` throws; `CancellationError`.
    func examine(_ tell: (Finding) throws -> Void) async throws {
        guard try await reach(api, "svc-api", tell) else { return }
        try await readiness(of: api, "svc-api", tell)
        try await calls(of: api, "svc-api", tell)
        if try await credential(tell) {
            try await fleet(tell)
            try await jobs(tell)
            try await incidents(tell)
        }
        for probe in probes {
            let name = "\(probe.url.authority)"
            guard try await reach(probe, name, tell) else { continue }
            try await readiness(of: probe, name, tell)
            try await calls(of: probe, name, tell)
        }
    }

    /// Whether it answers at all, is not stuck, and knows what time it is.
    private func reach(_ service: APIClient, _ name: String, _ tell: (Finding) throws -> Void) async throws -> Bool {
        let answer: APIClient.Answer
        do {
            answer = try await service.look(at: ["healthz"])
        } catch let failure as APIFailure {
            try tell(.problem(name, "\(failure)", "Is it started, and is this its URL? See its log."))
            return false
        }
        switch (answer.status, answer.document?["status"]?.stringValue) {
        case (200, "ok"?): try tell(.fine(name, "answers"))
        case (503, "stuck"?):
            let reason = answer.document?["reason"]?.stringValue ?? "it does not say why"
            try tell(.problem(name, "is stuck: \(reason)", "Its platform should restart it; if none does, restart it."))
        default:
            try tell(
                .problem(name, "answers \(answer.status) without what a service of jobsys says", "Is this its URL?")
            )
            return false
        }
        if let date = answer.date {
            // Whole seconds, and the way takes time.
            let skew = Int(date.duration(since: now()).components.seconds)
            if abs(skew) >= Self.tolerableSkew {
                let text = "its clock is \(abs(skew)) s \(skew > 0 ? "ahead of" : "behind") this machine's"
                let advice =
                    "AWS refuses what is signed 15 minutes off, and leases go by the clock: have both synchronised."
                try tell(.problem(name, text, advice))
            }
        }
        return true
    }

    /// What it depends on and cannot use.
    private func readiness(of service: APIClient, _ name: String, _ tell: (Finding) throws -> Void) async throws {
        guard let answer = try await asked(service, ["readyz"], name, tell) else { return }
        for member in answer.document?["checks"]?.objectValue?.members ?? [] {
            let outcome = member.value.stringValue ?? ""
            guard outcome != "ok" else { continue }
            try tell(
                .problem(
                    name,
                    "cannot use \(member.key): \(outcome)",
                    "Its settings (--print-config), its permissions and its network decide on that; its log has the cause."
                )
            )
        }
        if answer.status == 200 { try tell(.fine(name, "is ready")) }
    }

    /// What AWS has refused it since its start.
    private func calls(of service: APIClient, _ name: String, _ tell: (Finding) throws -> Void) async throws {
        guard let answer = try await asked(service, ["metrics"], name, tell), answer.status == 200 else { return }
        for refusal in Refusal.all(inMetrics: answer.text) { try tell(refusal.finding(name)) }
    }

    /// Whether the key that is shown is good for anything.
    private func credential(_ tell: (Finding) throws -> Void) async throws -> Bool {
        guard let answer = try await asked(api, ["jobs"], query: [("limit", "1")], "key", tell) else { return false }
        switch answer.status {
        case 200: return true
        case 401:
            let text =
                api.headers[.authorization] == nil ? "none is shown, and svc-api asks for one" : "it is not accepted"
            let advice =
                "Set JOBSYS_TOKEN or JOBSYS_TOKEN_FILE, or name a profile; a key may have expired or been revoked."
            try tell(.problem("key", text, advice))
        case 403:
            let advice = "Ask for a key with jobs:read and incidents:read."
            try tell(
                .problem("key", answer.document?["detail"]?.stringValue ?? "it does not allow to read jobs", advice)
            )
        default: try tell(.problem("svc-api", "cannot list jobs: \(detail(of: answer))"))
        }
        return false
    }

    /// Workers, and what operators say about types.
    private func fleet(_ tell: (Finding) throws -> Void) async throws {
        guard let workers = try await elements("workers", tell), let types = try await elements("types", tell) else {
            return
        }
        for finding in Fleet(workers: workers, types: types).findings { try tell(finding) }
    }

    /// Jobs that wait for longer than they should.
    private func jobs(_ tell: (Finding) throws -> Void) async throws {
        let query = [
            ("status", "PENDING"), ("until", (now() + .seconds(-Self.longWait)).description), ("limit", "100"),
        ]
        guard let answer = try await asked(api, ["jobs"], query: query, "jobs", tell) else { return }
        guard answer.status == 200, let jobs = answer.document?["jobs"]?.arrayValue else {
            return try tell(.note("jobs", "those that wait cannot be listed: \(detail(of: answer))"))
        }
        guard let sample = jobs.last, let id = sample["jobId"]?.stringValue else {
            return try tell(.fine("jobs", "none of the last days waits for more than a minute"))
        }
        let count = answer.document?["nextCursor"] == nil ? "\(jobs.count)" : "more than \(jobs.count)"
        var why = ""
        if let job = try await asked(api, ["jobs", id], "jobs", tell)?.document, let waiting = job["waiting"] {
            why = "; of \(id) it says: \(waiting["detail"]?.stringValue ?? waiting["reason"]?.stringValue ?? "nothing")"
        }
        try tell(
            .problem("jobs", "\(count) wait for more than a minute\(why)", "jobctl list --status PENDING shows them.")
        )
    }

    /// What failed for good in the last hour.
    private func incidents(_ tell: (Finding) throws -> Void) async throws {
        let query = [("since", (now() + .seconds(-3600)).description), ("limit", "100")]
        guard let answer = try await asked(api, ["incidents"], query: query, "incidents", tell) else { return }
        guard answer.status == 200, let incidents = answer.document?["incidents"]?.arrayValue else {
            return try tell(.note("incidents", "cannot be listed: \(detail(of: answer))"))
        }
        guard !incidents.isEmpty else { return try tell(.fine("incidents", "none in the last hour")) }
        var kinds: [String: Int] = [:]
        for incident in incidents {
            let type = incident["type"]?.stringValue ?? "no type"
            kinds["\(incident["error"]?["class"]?.stringValue ?? "?") of \(type)", default: 0] += 1
        }
        let list = kinds.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(5).map { "\($0.value) \($0.key)" }
        let count = answer.document?["nextCursor"] == nil ? "\(incidents.count)" : "more than \(incidents.count)"
        try tell(
            .problem(
                "incidents",
                "\(count) in the last hour: \(list.joined(separator: ", "))",
                "jobctl incidents shows them; jobctl redrive starts their jobs anew when the cause is mended."
            )
        )
    }

    private func elements(_ name: String, _ tell: (Finding) throws -> Void) async throws -> [JSONValue]? {
        guard let answer = try await asked(api, [name], name, tell) else { return nil }
        guard answer.status == 200, let elements = answer.document?[name]?.arrayValue else {
            try tell(.note(name, "cannot be listed: \(detail(of: answer))"))
            return nil
        }
        return elements
    }

    private func asked(
        _ service: APIClient,
        _ path: [String],
        query: [(String, String?)] = [],
        _ topic: String,
        _ tell: (Finding) throws -> Void
    ) async throws -> APIClient.Answer? {
        do {
            return try await service.look(at: path, query: query)
        } catch let failure as APIFailure {
            try tell(.problem(topic, "/\(path.joined(separator: "/")): \(failure)"))
            return nil
        }
    }

    private func detail(of answer: APIClient.Answer) -> String {
        answer.document?["detail"]?.stringValue ?? "\(answer.status)"
    }

    /// In seconds; a date of HTTP is exact to one.
    private static let tolerableSkew = 30
    /// How long a job may wait before that is worth a word, in seconds.
    private static let longWait: Int64 = 60
}
