import JobsysHTTP
import JobsysJSON
import JobsysSigV4

/// What came of an attempt that did not succeed.
struct AttemptFailure: Error {
    let verdict: RetryVerdict
    let kind: AWSError.Kind
    let code: String
    let message: String
    let isRetryable: Bool
    var mayHaveBeenApplied = false
    var requestID: String?
    var status: Int?
    var retryAfter: Duration?
    var answer: AWSServiceFailure?
    var credentials: AWSCredentials?
    var cause: (any Error)?

    /// The time for the operation was used up before the request could be sent.
    static let outOfTime = AttemptFailure(
        verdict: .fail,
        kind: .network,
        code: "OperationTimedOut",
        message: "the time for the operation was used up before the request was sent",
        isRetryable: true
    )

    private static let credentialErrors: Set<ErrorName> = [
        "ExpiredToken", "IncompleteSignature", "InvalidClientTokenId", "InvalidSignature", "MissingAuthenticationToken",
        "SignatureDoesNotMatch", "UnrecognizedClient",
    ]
}

extension AttemptFailure {
    /// An error answer.
    init(_ answer: AWSServiceFailure, verdict: RetryVerdict, credentials: AWSCredentials?) {
        self.init(
            verdict: verdict,
            kind: Self.kind(of: answer, verdict: verdict),
            code: answer.code,
            message: Self.message(of: answer, hiding: credentials),
            isRetryable: verdict != .fail,
            // What is throttled is turned away before anything is done.
            mayHaveBeenApplied: answer.status >= 500 && verdict != .throttled,
            requestID: answer.requestID,
            status: answer.status,
            retryAfter: answer.retryAfter,
            answer: answer,
            credentials: credentials
        )
    }

    /// No answer; a request that the transport cannot send as it is would not be sent the next time either.
    init(transport error: TransportError) {
        let isFinal = [.invalidRequest, .responseTooLarge, .shutDown].contains(error.code)
        self.init(
            verdict: isFinal ? .fail : .transient,
            kind: error.code == .invalidRequest ? .client : .network,
            code: "Transport" + error.code.description.prefix(1).uppercased() + error.code.description.dropFirst(),
            message: error.message,
            isRetryable: !isFinal,
            mayHaveBeenApplied: error.requestMayHaveBeenReceived,
            cause: error
        )
    }

    /// No credentials; their providers have made their own attempts.
    init(credentials error: any Error) {
        self.init(
            verdict: .fail,
            kind: .credentials,
            code: "CredentialsUnavailable",
            message: "\(error)",
            isRetryable: (error as? CredentialsError)?.isRetryable ?? true,
            cause: error
        )
    }

    /// A setting that makes no sense, of the service alone that is asked.
    init(misconfigured error: AWSConfigurationError) {
        self.init(
            verdict: .fail,
            kind: .client,
            code: "Misconfigured",
            message: error.description,
            isRetryable: false,
            cause: error
        )
    }

    /// An answer that cannot be read: after a success, repeated only where the operation may take effect again.
    init(unreadable status: Int, requestID: String?, _ error: any Error, isRepeated: Bool) {
        self.init(
            verdict: isRepeated ? .transient : .fail,
            kind: .malformedResponse,
            code: (error as? AWSAnswerError)?.code ?? "UnreadableAnswer",
            message: "\(error)",
            isRetryable: isRepeated,
            mayHaveBeenApplied: status < 300 || status >= 500,
            requestID: requestID,
            status: status,
            cause: error
        )
    }

    private static func kind(of answer: AWSServiceFailure, verdict: RetryVerdict) -> AWSError.Kind {
        if credentialErrors.contains(answer.name) { return .credentials }
        return switch verdict {
        case .throttled: .throttling
        case .transient: .transient
        case .refreshCredentials, .correctClock: .credentials
        case .fail: answer.status >= 500 ? .transient : .client
        }
    }

    /// The service's text; what it says of a signature may quote the request with its token.
    private static func message(of answer: AWSServiceFailure, hiding credentials: AWSCredentials?) -> String {
        if answer.message.isEmpty { return "no message" }
        let secrets = [credentials?.secretAccessKey, credentials?.sessionToken].compactMap { $0 }.filter { !$0.isEmpty }
        return secrets.contains { answer.message.contains($0) }
            ? "the message is left out: it shows a secret" : answer.message
    }
}
