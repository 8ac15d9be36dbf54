package import JobsysHTTP
package import JobsysJSON

/// A request that came to nothing.
package struct APIFailure: Error, Sendable, CustomStringConvertible {
    /// What happened.
    package enum Kind: Sendable {
        /// The service at this URL did not answer.
        case noAnswer(String, TransportError)
        /// What answers at this URL is no `svc-api`.
        case strangeAnswer(String, status: Int)
        /// The service answered with a problem document.
        case problem(status: Int, JSONValue)
    }

    /// What happened.
    package let kind: Kind
    /// When the service wants to be asked again, from its answer on.
    package var retryAfter: Duration?
    /// Whether an answer to the same request was lost before, so that the service may have done what it was asked for.
    package var mayHaveBeenDone = false

    /// Makes a failure.
    package init(kind: Kind, retryAfter: Duration? = nil, mayHaveBeenDone: Bool = false) {
        self.kind = kind
        self.retryAfter = retryAfter
        self.mayHaveBeenDone = mayHaveBeenDone
    }

    /// What went wrong, for whoever typed the command.
    package var description: String {
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
    package var status: Int? {
        switch kind {
        case .noAnswer: nil
        case .strangeAnswer(_, let status), .problem(let status, _): status
        }
    }

    /// Whether the same request may be answered a little later.
    package var isTransient: Bool {
        switch kind {
        case .noAnswer(_, let error):
            [.cannotResolve, .cannotConnect, .timedOut, .connectionLost].contains(error.code)
        case .strangeAnswer(_, let status), .problem(let status, _):
            [408, 429, 500, 502, 503, 504].contains(status)
        }
    }

    /// Whether the service may have done what it was asked for, although it did not say so.
    package var leavesDoubt: Bool {
        switch kind {
        case .noAnswer(_, let error): error.requestMayHaveBeenReceived
        case .strangeAnswer(_, let status), .problem(let status, _): status >= 500
        }
    }
}

extension String {
    /// The text without control characters, which terminals obey.
    package func printable(keeping kept: String = "") -> String {
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
