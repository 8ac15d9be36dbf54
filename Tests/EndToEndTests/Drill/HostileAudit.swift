import FoundationEssentials
import JobsysJSON

/// Holds what the table says against what a hostile adversary has done.
struct HostileAudit: Sendable {
    let ledger: HostileLedger
    let snapshot: TableSnapshot

    /// The table without what is the adversary's, for the audit of the good jobs.
    var rest: TableSnapshot {
        snapshot.without(jobs: ledger.jobs, incidents: incidents, keys: ledger.keys)
    }

    /// The keys of the incidents of hostile messages.
    private var incidents: Set<String> {
        let bodies = Set(ledger.messages.map(\.bodySHA256))
        return Set(snapshot.messageIncidents.filter { bodies.contains($0.value) }.map(\.key))
    }

    /// Adds every check of the table to a report.
    func check(into report: inout DrillReport) {
        report.count("hostile messages", ledger.messages.count)
        report.count("hostile records", ledger.records)
        report.check(
            "every hostile message has ended, as one incident where it must",
            cases: ledger.messages.count,
            wrongEnds
        )
    }

    private var wrongEnds: [String] {
        let counts = Dictionary(snapshot.messageIncidents.map { ($0.value, 1) }, uniquingKeysWith: +)
        return ledger.messages.compactMap { message in
            let count = counts[message.bodySHA256, default: 0]
            let holds =
                switch message.end {
                case .incident: count == 1
                case .incidents: count >= 1
                case .maybeIncident: count <= 1
                case .nothing: count == 0
                case .run: count == 0 && hasRun(message.job)
                }
            guard !holds else { return nil }
            let status = message.job.flatMap { snapshot.jobs[$0]?.summary } ?? "no job"
            return "\(message.number), \(message.kind): \(count) incidents, not \(message.end); \(status)"
        }
    }

    private func hasRun(_ job: String?) -> Bool {
        guard let record = job.flatMap({ snapshot.jobs[$0] }) else { return false }
        // An outage may have cost it all its attempts.
        return record.status == "SUCCEEDED"
            || (record.status == "FAILED_FINAL" && record.number("attempts") == record.number("maxAttempts"))
    }
}

/// Holds what lists show against what there is.
struct ListAudit: Sendable {
    let client: APIClient
    /// How many elements are asked for at a time.
    let limit: Int
    /// When, for the names of the checks.
    let time: String

    /// Walks through the list of jobs and the list of incidents to their ends: each good job must be there, and nothing that
    /// the ledger says nobody can read.
    func check(against audit: Audit, _ ledger: HostileLedger, into report: inout DrillReport) async throws {
        let strange = Set(ledger.messages.filter { $0.end != .run }.compactMap(\.job))
        let (jobs, jobsEnd) = try await walk("/jobs", "jobs")
        let listed = Set(jobs.compactMap { $0["jobId"]?.stringValue })
        let missing = Set(audit.tickets.values).subtracting(listed)
        report.check(
            "\(time), the list of jobs shows every good one, and no unreadable",
            cases: jobs.count,
            jobsEnd + missing.sorted().map { "\($0): not listed" }
                + strange.intersection(listed).sorted().map { "\($0): listed" }
        )
        let (incidents, incidentsEnd) = try await walk("/incidents", "incidents")
        let wanted = audit.snapshot.jobs.filter { $0.value.status == "FAILED_FINAL" }.map(\.key)
        let shown = Set(incidents.compactMap { $0["jobId"]?.stringValue })
        report.check(
            "\(time), the list of incidents shows every good job that failed",
            cases: incidents.count,
            incidentsEnd + Set(wanted).subtracting(shown).sorted().map { "\($0): not listed" }
        )
    }

    /// Walks through a tenant's list of jobs to its end: its own good jobs must be there, and nobody else's.
    func check(_ tenant: String, against audit: Audit, into report: inout DrillReport) async throws {
        let (jobs, end) = try await walk("/jobs", "jobs")
        let listed = Set(jobs.compactMap { $0["jobId"]?.stringValue })
        let own = Set(audit.found.filter { $0.order.tenant == tenant }.map(\.id))
        let foreign = listed.intersection(Set(audit.tickets.values).subtracting(own))
        report.check(
            "\(time), the list of \(tenant) shows its own good jobs, and nobody else's",
            cases: jobs.count,
            end + own.subtracting(listed).sorted().map { "\($0): not listed" }
                + foreign.sorted().map { "\($0): listed" }
        )
    }

    /// All elements of a list, and what is wrong with its end.
    private func walk(_ path: String, _ member: String) async throws -> (found: [JSONValue], wrong: [String]) {
        var found: [JSONValue] = []
        var cursor = ""
        while true {
            let page = try await page("\(path)?limit=\(limit)\(cursor)")
            found += page[member]?.arrayValue ?? []
            guard let next = page["nextCursor"]?.stringValue else { return (found, []) }
            guard cursor != "&cursor=\(next)" else { return (found, ["\(path) does not get past \(next)"]) }
            cursor = "&cursor=\(next)"
        }
    }

    /// A page, asked for again as long as the answer is that it takes too long now: the emulator is slow with many items.
    private func page(_ path: String) async throws -> JSONValue {
        for _ in 0..<60 {
            let answer = try await client.get(path)
            guard answer.status == 503 else { return try answer.json(status: 200) }
            try await Task.sleep(for: .seconds(1))
        }
        throw HarnessError("\(path) is answered with 503 again and again")
    }
}
