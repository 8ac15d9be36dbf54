import JSON

/// All that the table holds at one moment, read past the services and the proxy.
struct TableSnapshot: Sendable {
    /// The items of jobs, by id.
    private(set) var jobs: [String: Record] = [:]
    /// The keys of all incidents.
    private(set) var incidents: Set<String> = []

    /// One item, as DynamoDB's JSON has it.
    struct Record: Sendable, Hashable {
        fileprivate let item: JSONValue

        /// An attribute, as text.
        subscript(name: String) -> String? {
            item[name]?["S"]?.stringValue ?? item[name]?["N"]?.stringValue
        }

        /// An attribute that is a number.
        func number(_ name: String) -> Int? { self[name].flatMap { Int($0) } }

        /// Where the job stands.
        var status: String { self["status"] ?? "" }

        /// Whether nothing more will happen to it.
        var isFinal: Bool { ["SUCCEEDED", "FAILED_FINAL", "CANCELLED"].contains(status) }

        /// The class and the message of its failure.
        var failure: String {
            let error = item["error"]?["M"]
            let parts = ["class", "message"].compactMap { error?[$0]?["S"]?.stringValue }
            return parts.joined(separator: ": ")
        }

        /// All of it, for a report.
        var summary: String {
            "\(status) after \(self["attempts"] ?? "?") of \(self["maxAttempts"] ?? "?") attempts; \(failure)"
        }
    }

    /// Reads the whole table.
    init(of plane: DataPlane) async throws {
        let text = try await plane.aws.commandLine(
            "dynamodb",
            "scan",
            "--table-name",
            plane.table.name,
            "--consistent-read",
            "--output",
            "json"
        )
        for item in try JSONValue(parsing: text)["Items"]?.arrayValue ?? [] {
            guard let key = item["PK"]?["S"]?.stringValue else { continue }
            if key.hasPrefix("JOB#") {
                jobs[String(key.dropFirst("JOB#".count))] = Record(item: item)
            } else if key.hasPrefix("INCIDENT#") {
                incidents.insert(key)
            }
        }
    }
}
