import JobsysJSON

/// One column of a table.
struct Column: Sendable {
    /// What stands above it.
    let title: String
    /// How many characters it is wide; the last column takes what it needs.
    let width: Int
    /// What stands in the row of a document.
    let text: @Sendable (JSONValue) -> String

    init(_ title: String, width: Int, text: @escaping @Sendable (JSONValue) -> String) {
        self.title = title
        self.width = width
        self.text = text
    }

    init(_ title: String, width: Int, _ path: String...) {
        self.init(title, width: width) { document in
            path.reduce(document) { $0?[$1] }.map(Column.text) ?? ""
        }
    }

    private static func text(of value: JSONValue) -> String {
        value.stringValue ?? value.serializedString
    }

    /// The columns of jobs.
    static let jobs = [
        Column("JOB", width: 36, "jobId"),
        Column("TYPE", width: 20, "type"),
        Column("STATUS", width: 12, "status"),
        Column("ATTEMPTS", width: 8) { "\($0["attempts"] ?? "")/\($0["maxAttempts"] ?? "")" },
        Column("CREATED", width: 24, "createdAt"),
        error,
    ]

    /// The columns of incidents.
    static let incidents = [
        Column("JOB OR MESSAGE", width: 36) { text(of: $0["jobId"] ?? $0["messageId"] ?? "") },
        Column("GENERATION", width: 10, "generation"),
        Column("TYPE", width: 20, "type"),
        Column("AT", width: 24, "error", "at"),
        error,
    ]

    /// The columns of what a redrive of many jobs does.
    static let redrives = [
        Column("JOB OR MESSAGE", width: 36) { text(of: $0["jobId"] ?? $0["messageId"] ?? "") },
        Column("TYPE", width: 20, "type"),
        Column("CLASS", width: 10, "class"),
        Column("OUTCOME", width: 13, "outcome"),
        Column("REASON", width: 0, "reason"),
    ]

    /// The columns of what became of the lines of a file.
    static let submissions = [
        Column("LINE", width: 8, "line"),
        Column("OUTCOME", width: 9, "outcome"),
        Column("REASON", width: 0, "reason"),
    ]

    /// The columns of workers.
    static let workers = [
        Column("WORKER", width: 36, "workerId"),
        Column("HOST", width: 24, "host"),
        Column("VERSION", width: 8, "version"),
        Column("SLOTS", width: 9) { "\($0["busy"] ?? "")/\($0["slots"] ?? "")" },
        Column("STATE", width: 8) { $0["draining"] == true ? "draining" : "" },
        Column("SEEN", width: 24, "seenAt"),
        Column("TYPES", width: 0) { worker in
            let breakers = worker["breakers"]
            return (worker["types"]?.arrayValue ?? [])
                .map { type in
                    let name = text(of: type)
                    return name + (breakers?[name].map { " (breaker \(text(of: $0)))" } ?? "")
                }
                .joined(separator: ", ")
        },
    ]

    /// The columns of job types.
    static let types = [
        Column("TYPE", width: 24, "type"),
        Column("WORKERS", width: 7, "workers"),
        Column("RATE", width: 6, "limits", "rate"),
        Column("CONCURRENCY", width: 11, "limits", "concurrency"),
        Column("OFFERED", width: 24, "lastOfferedAt"),
        Column("PAUSED", width: 0) { type in
            guard let pause = type["pause"] else { return "" }
            let by = pause["by"].map { " by \(text(of: $0))" } ?? ""
            let reason = pause["reason"].map { ": \(text(of: $0))" } ?? ""
            return text(of: pause["at"] ?? "") + by + reason
        },
    ]

    /// The columns of API keys.
    static let keys = [
        Column("KEY", width: 16, "keyId"),
        Column("ENDING", width: 6, "ending"),
        Column("STATUS", width: 7, "status"),
        Column("TENANT", width: 16, "tenant"),
        Column("EXPIRES", width: 24, "expiresAt"),
        Column("LAST USED", width: 24, "lastUsedAt"),
        Column("SCOPES", width: 0) { key in
            (key["scopes"]?.arrayValue ?? []).map(text).joined(separator: " ")
        },
    ]

    /// The columns of changes.
    static let audit = [
        Column("AT", width: 24, "at"),
        Column("WHO", width: 22, "principal"),
        Column("TENANT", width: 12, "tenant"),
        Column("ACTION", width: 12, "action"),
        Column("STATUS", width: 6, "status"),
        Column("FROM", width: 15, "address"),
        Column("SUBJECT", width: 0, "subject"),
    ]

    private static let error = Column("ERROR", width: 0) { document in
        guard let error = document["error"] else { return "" }
        return "\(text(of: error["class"] ?? "")): \(text(of: error["message"] ?? ""))"
    }
}
