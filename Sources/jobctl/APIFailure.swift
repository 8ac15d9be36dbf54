import ArgumentParser
import JobsysHTTP
import JobsysJSON

/// A request that came to nothing.
struct APIFailure: Error, Sendable, CustomStringConvertible {
    /// What happened.
    enum Kind: Sendable {
        /// The service at this URL did not answer.
        case noAnswer(String, TransportError)
        /// What answers at this URL is no `svc-api`.
        case strangeAnswer(String, status: Int)
        /// The service answered with a problem document.
        case problem(status: Int, JSONValue)
    }

    /// What happened.
    let kind: Kind
    /// When the service wants to be asked again, from its answer on.
    var retryAfter: Duration?
    /// Whether an answer to the same request was lost before, so that the service may have done what it was asked for.
    var mayHaveBeenDone = false

    /// What went wrong, for whoever typed the command.
    var description: String {
        let doubt = mayHaveBeenDone ? "\n  An answer was lost: what was asked for may have been done all the same." : ""
        switch kind {
        case .noAnswer(let url, let error):
            return "\(url) does not answer: \(error.message)\(doubt)"
        case .strangeAnswer(let url, let status):
            return "\(url) answers \(status) without a document that svc-api would send; is it one?\(doubt)"
        case .problem(let status, let problem):
            let detail = problem["detail"]?.stringValue ?? ""
            let errors = (problem["errors"]?.arrayValue ?? [])
                .map { "\n  \($0["pointer"]?.stringValue ?? ""): \($0["message"]?.stringValue ?? "")" }
            let request = problem["requestId"]?.stringValue.map { " (request \($0))" } ?? ""
            return "\(status): \(detail)\(request)\(errors.joined())\(doubt)".printable(keeping: "\n")
        }
    }

    /// The status that was answered; nil if nothing was.
    var status: Int? {
        switch kind {
        case .noAnswer: nil
        case .strangeAnswer(_, let status), .problem(let status, _): status
        }
    }

    /// Whether the same request may be answered a little later.
    var isTransient: Bool {
        switch kind {
        case .noAnswer(_, let error):
            [.cannotResolve, .cannotConnect, .timedOut, .connectionLost].contains(error.code)
        case .strangeAnswer(_, let status), .problem(let status, _):
            [408, 429, 500, 502, 503, 504].contains(status)
        }
    }

    /// Whether the service may have done what it was asked for, although it did not say so.
    var leavesDoubt: Bool {
        switch kind {
        case .noAnswer(_, let error): error.requestMayHaveBeenReceived
        case .strangeAnswer(_, let status), .problem(let status, _): status >= 500
        }
    }

    /// Whether the job is in no state, or no more there, to have that done to it.
    var isAboutTheJob: Bool {
        guard case .problem(let status, _) = kind else { return false }
        return status == 404 || status == 409
    }

    /// 1 if the service refused the request, 69 if it could not do its work or was not there.
    var exitCode: ExitCode {
        if case .problem = kind, !isTransient { .failure } else { .unavailable }
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
