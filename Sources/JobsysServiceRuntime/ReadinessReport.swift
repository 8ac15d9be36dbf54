import JobsysJSON

/// What the readiness checks found.
public struct ReadinessReport: Sendable, Hashable {
    /// What one check found.
    public enum Outcome: Sendable, Hashable {
        /// The dependency can be used.
        case ok
        /// It cannot; the text is short and fit for any reader.
        case failed(String)
    }

    /// One check's outcome.
    public struct Entry: Sendable, Hashable {
        /// The check's name.
        public let name: String
        /// What it found.
        public let outcome: Outcome
    }

    /// The outcomes, in the order of the checks.
    public let entries: [Entry]

    /// Whether all dependencies can be used.
    public var isReady: Bool {
        entries.allSatisfy { $0.outcome == .ok }
    }

    /// For example `{"status":"ready","checks":{"dynamodb":"ok"}}`, and `details` if there are any.
    func json(details: JSONObject = [:]) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("status", isReady ? "ready" : "unavailable")
        writer.key("checks")
        writer.beginObject()
        for entry in entries {
            writer.member(entry.name, entry.outcome.text)
        }
        writer.endObject()
        if !details.isEmpty {
            writer.key("details")
            writer.value(.object(details))
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension ReadinessReport.Outcome {
    var text: String {
        switch self {
        case .ok: "ok"
        case .failed(let reason): "failed: \(reason)"
        }
    }
}
