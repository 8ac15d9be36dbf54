import JobsysAWS

/// All that the table holds at one moment, read past the services and the proxy.
struct TableSnapshot: Sendable {
    /// The items of jobs, by id.
    private(set) var jobs: [String: Record] = [:]
    /// The keys of all incidents.
    private(set) var incidents: Set<String> = []
    /// The hashes of the messages that incidents of messages are about, by their keys.
    private(set) var messageIncidents: [String: String] = [:]

    /// One item.
    struct Record: Sendable, Hashable {
        fileprivate let item: DynamoDB.Item

        /// An attribute, as text.
        subscript(name: String) -> String? {
            switch item[name] {
            case .s(let text), .n(let text): text
            default: nil
            }
        }

        /// An attribute that is a number.
        func number(_ name: String) -> Int? { item[name]?.int }

        /// Where the job stands.
        var status: String { self["status"] ?? "" }

        /// Whether nothing more will happen to it.
        var isFinal: Bool { ["SUCCEEDED", "FAILED_FINAL", "CANCELLED"].contains(status) }

        /// The class and the message of its failure.
        var failure: String {
            let error = item["error"]?.map ?? [:]
            return ["class", "message"].compactMap { error[$0]?.string }.joined(separator: ": ")
        }

        /// The class of its failure.
        var errorClass: String { item["error"]?.map?["class"]?.string ?? "" }

        /// How many failed attempts were tried again.
        var failures: Int { item["failures"]?.list?.count ?? 0 }

        /// All of it, for a report.
        var summary: String {
            "\(status) after \(self["attempts"] ?? "?") of \(self["maxAttempts"] ?? "?") attempts; \(failure)"
        }
    }

    /// Reads the whole table.
    init(of plane: DataPlane) async throws {
        let scan = DynamoDB.Scan(table: plane.table.name, consistent: true)
        for try await page in plane.aws.client.pages(of: scan) {
            for item in page.items { add(item) }
        }
    }

    private mutating func add(_ item: DynamoDB.Item) {
        guard let key = item["PK"]?.string else { return }
        if key.hasPrefix("JOB#") {
            jobs[String(key.dropFirst("JOB#".count))] = Record(item: item)
        } else if key.hasPrefix("INCIDENT#") {
            incidents.insert(key)
            messageIncidents[key] = item["bodySHA256"]?.string
        }
    }

    /// What is left without some jobs and their incidents, some incidents, and some other items.
    func without(jobs: Set<String>, incidents: Set<String>, keys: Set<String>) -> TableSnapshot {
        var rest = self
        rest.jobs = self.jobs.filter { !jobs.contains($0.key) && !keys.contains("JOB#\($0.key)") }
        rest.incidents = self.incidents.filter { key in
            let job = key.split(separator: "#").dropFirst().first.map { String($0) } ?? ""
            return !jobs.contains(job) && !incidents.contains(key) && !keys.contains(key)
        }
        return rest
    }
}
