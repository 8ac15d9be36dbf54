import JobsysJSON

/// Holds what the table says against what was ordered.
struct Audit: Sendable {
    let orders: [JobOrder]
    /// Which job each order became, by its number.
    let tickets: [Int: String]
    let snapshot: TableSnapshot

    private typealias Record = TableSnapshot.Record

    /// The orders that were accepted and are in the table, with what it says about them.
    var found: [(order: JobOrder, id: String, record: TableSnapshot.Record)] {
        orders.compactMap { order in
            guard let id = tickets[order.number], let record = snapshot.jobs[id] else { return nil }
            return (order, id, record)
        }
    }

    /// Whether every job that was accepted is final.
    var isSettled: Bool {
        tickets.values.allSatisfy { snapshot.jobs[$0]?.isFinal == true }
    }

    /// How many jobs ended in each way.
    var statuses: [(status: String, count: Int)] {
        Dictionary(grouping: snapshot.jobs.values, by: \.status).map { ($0.key, $0.value.count) }.sorted { $0 < $1 }
    }

    /// Adds every check of the table to a report.
    func check(into report: inout DrillReport) {
        let found = found
        report.check("every order was accepted, as one job", cases: orders.count, ticketViolations)
        report.check("every accepted job is final", cases: tickets.count, openJobs)
        report.check(
            "every job ended as its order allows",
            cases: found.count,
            found.compactMap { wrongEnd(of: $0.order, as: $0.record).map(Self.note($0.order, $0.id)) }
        )
        report.check(
            "no job had more attempts than it may have",
            cases: found.count,
            found.filter { ($0.record.number("attempts") ?? .max) > $0.order.maxAttempts }
                .map { Self.note($0.order, $0.id)($0.record.summary) }
        )
        let failed = snapshot.jobs.filter { $0.value.status == "FAILED_FINAL" }
        report.check("every final failure has its one incident, and nothing else has", cases: failed.count, incidents)
        report.check("jobs of an ordering key succeeded in their order", cases: keys.count, disorder)
    }

    /// Adds to a report whether each job belongs to the tenant whose key it was submitted with.
    func checkTenants(into report: inout DrillReport) {
        let found = found
        report.check(
            "every job belongs to whom its key does",
            cases: found.count,
            found.filter { ($0.record["tenant"] ?? JobOrder.operatorsTenant) != $0.order.tenant }
                .map { Self.note($0.order, $0.id)($0.record["tenant"] ?? "no tenant") }
        )
    }

    private static func note(_ order: JobOrder, _ id: String) -> (String) -> String {
        { "\(order.idempotencyKey) \(id): \($0)" }
    }

    private var ticketViolations: [String] {
        let missing = orders.filter { tickets[$0.number] == nil }.map { "\($0.idempotencyKey): no ticket" }
        let strangers = Set(snapshot.jobs.keys).subtracting(tickets.values).map { "\($0): nobody has a ticket for it" }
        let absent = tickets.values.filter { snapshot.jobs[$0] == nil }.map { "\($0): not in the table" }
        return missing + strangers.sorted() + absent.sorted()
    }

    private var openJobs: [String] {
        found.filter { !$0.record.isFinal }.map { Self.note($0.order, $0.id)($0.record.summary) }
    }

    private var incidents: [String] {
        let wanted = snapshot.jobs.filter { $0.value.status == "FAILED_FINAL" }
            .map { "INCIDENT#\($0.key)#\($0.value["generation"] ?? "?")" }
        let missing = Set(wanted).subtracting(snapshot.incidents).map { "missing: \($0)" }
        let surplus = snapshot.incidents.subtracting(wanted).map { "without a failure: \($0)" }
        return missing.sorted() + surplus.sorted()
    }

    /// What is wrong with how a job ended; nil if nothing is, or if it has not.
    private func wrongEnd(of order: JobOrder, as record: Record) -> String? {
        let attempts = record.number("attempts") ?? 0
        if case .script(let script) = order.expectation { return script.problem(with: record, of: order) }
        switch (record.status, order.expectation) {
        case ("SUCCEEDED", .success(let result)):
            return record.result == result ? nil : "wrong result \(record["result"] ?? "")"
        case ("SUCCEEDED", .successAfter(let failures)):
            return attempts > failures && record.result?["attempt"]?.intValue == attempts
                ? nil : "succeeded at attempt \(attempts)"
        case ("SUCCEEDED", .either):
            return record.result?["attempt"]?.intValue == attempts ? nil : "wrong result \(record["result"] ?? "")"
        case ("SUCCEEDED", .failure), ("CANCELLED", _):
            return record.summary
        case ("FAILED_FINAL", .failure):
            return nil
        case ("FAILED_FINAL", _):
            return attempts == order.maxAttempts ? nil : record.summary
        default:
            return nil
        }
    }

    private var keys: Set<String> { Set(orders.compactMap(\.orderingKey)) }

    /// Where a job succeeded before one that was submitted earlier with the same key.
    private var disorder: [String] {
        keys.sorted()
            .flatMap { key in
                let successes = found.filter { $0.order.orderingKey == key && $0.record.status == "SUCCEEDED" }
                return zip(successes, successes.dropFirst())
                    .filter { ($0.record["startedAt"] ?? "") > ($1.record["startedAt"] ?? "") }
                    .map { "\(key): \($1.order.idempotencyKey) started before \($0.order.idempotencyKey)" }
            }
    }
}

extension TableSnapshot.Record {
    /// What the job has brought; nil for none.
    var result: JSONValue? {
        self["result"].flatMap { try? JSONValue(parsing: $0) }
    }
}
