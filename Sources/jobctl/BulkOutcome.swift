import JobsysJSON

/// What became of one incident.
enum BulkOutcome: Sendable, Hashable {
    /// Its job was started anew.
    case redriven
    /// Its job would have been started anew.
    case wouldRedrive
    /// There is nothing to be done.
    case skipped(String)
    /// The service had no answer.
    case failed(String)

    /// Whether it is to be tried again.
    var isFailure: Bool {
        if case .failed = self { true } else { false }
    }

    /// What is told of it.
    func document(of incident: JSONValue) -> JSONValue {
        var document: JSONObject = [:]
        for key in ["jobId", "messageId", "generation", "type"] { document[key] = incident[key] }
        document["class"] = incident["error"]?["class"]
        switch self {
        case .redriven: document["outcome"] = "redriven"
        case .wouldRedrive: document["outcome"] = "would redrive"
        case .skipped(let reason):
            document["outcome"] = "skipped"
            document["reason"] = .string(reason)
        case .failed(let reason):
            document["outcome"] = "failed"
            document["reason"] = .string(reason)
        }
        return .object(document)
    }
}
