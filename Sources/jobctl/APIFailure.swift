import JobsysHTTP
import JobsysJSON

/// A request that came to nothing.
enum APIFailure: Error, Sendable, CustomStringConvertible {
    /// The service did not answer.
    case noAnswer(String, TransportError)
    /// What answered is no `svc-api`.
    case strangeAnswer(String, status: Int)
    /// The service said no: a status, and its problem document.
    case refused(status: Int, problem: JSONValue)

    /// What went wrong, for whoever typed the command.
    var description: String {
        switch self {
        case .noAnswer(let url, let error):
            return "\(url) does not answer: \(error.message)"
        case .strangeAnswer(let url, let status):
            return "\(url) answers \(status) without a document that svc-api would send; is it one?"
        case .refused(let status, let problem):
            let detail = problem["detail"]?.stringValue ?? ""
            let errors = (problem["errors"]?.arrayValue ?? [])
                .map { "\n  \($0["pointer"]?.stringValue ?? ""): \($0["message"]?.stringValue ?? "")" }
            let request = problem["requestId"]?.stringValue.map { " (request \($0))" } ?? ""
            return "\(status): \(detail)\(request)\(errors.joined())".printable(keeping: "\n")
        }
    }

    /// Whether the job is in no state, or no more there, to have that done to it.
    var isAboutTheJob: Bool {
        guard case .refused(let status, _) = self else { return false }
        return status == 404 || status == 409
    }
}

extension String {
    /// The text without control characters, which terminals obey.
    func printable(keeping kept: String = "") -> String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    scalar.properties.generalCategory == .control && !kept.unicodeScalars.contains(scalar)
                        ? " " : scalar
                }
            )
        )
    }
}
