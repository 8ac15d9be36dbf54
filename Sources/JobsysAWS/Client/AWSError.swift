/// Why an operation did not come to a result, after all attempts.
public struct AWSError: Error, Sendable {
    /// The service's endpoint prefix, such as `dynamodb`.
    public let service: String

    /// The operation's name, such as `PutItem`.
    public let operation: String

    /// The service's error name, or one of ours such as `TransportTimedOut`; from a small set, fit for a label.
    public let code: String

    /// What happened, in the words of the service or the transport; for people.
    public let message: String

    /// The id under which AWS knows the last request.
    public let requestID: String?

    /// The status of the last answer, if there was one.
    public let httpStatus: Int?

    /// The number of requests that were sent.
    public let attempts: Int

    /// Whether the operation may have taken effect all the same: a request was sent, and what came of it is not known.
    public let mayHaveBeenApplied: Bool

    /// Whether the same operation may succeed later without any change.
    public let isRetryable: Bool

    /// What sort of failure it is.
    public let kind: Kind

    /// The error underneath.
    public let cause: (any Error)?

    /// Sorts of failures; the raw value is fit for a label.
    public enum Kind: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
        /// The service asked for fewer requests.
        case throttling
        /// The service failed and may work again in a moment.
        case transient
        /// There was no answer; see ``AWSError/mayHaveBeenApplied``.
        case network
        /// The request was refused and would be refused again.
        case client
        /// There are no credentials, or the service did not accept them.
        case credentials
        /// The service's answer cannot be read; if it was a success the operation took effect.
        case malformedResponse

        /// The raw value.
        public var description: String { rawValue }
    }

    /// Creates an error.
    public init(
        service: String,
        operation: String,
        code: String,
        message: String,
        requestID: String? = nil,
        httpStatus: Int? = nil,
        attempts: Int = 1,
        mayHaveBeenApplied: Bool = false,
        isRetryable: Bool,
        kind: Kind,
        cause: (any Error)? = nil
    ) {
        self.service = service
        self.operation = operation
        self.code = code
        self.message = message
        self.requestID = requestID
        self.httpStatus = httpStatus
        self.attempts = attempts
        self.mayHaveBeenApplied = mayHaveBeenApplied
        self.isRetryable = isRetryable
        self.kind = kind
        self.cause = cause
    }
}

extension AWSError: CustomStringConvertible {
    /// One line with everything that a support case needs; no credentials, no content.
    public var description: String {
        var facts = [attempts == 1 ? "1 attempt" : "\(attempts) attempts"]
        if let httpStatus { facts.append("HTTP \(httpStatus)") }
        if let requestID { facts.append("request \(requestID)") }
        return "\(service) \(operation): \(code): \(message) (\(facts.joined(separator: ", ")))"
    }
}

/// A successful answer that cannot be what the service meant to say.
public struct AWSAnswerError: Error, Sendable, CustomStringConvertible {
    /// A bounded name, such as `ChecksumMismatch`.
    public let code: String

    /// What was found and what was expected; never the answer's content.
    public let description: String

    /// Creates the error.
    public init(code: String, _ description: String) {
        self.code = code
        self.description = description
    }

    /// An answer without a member that it must have.
    public static func missing(_ member: String) -> AWSAnswerError {
        AWSAnswerError(code: "UnreadableAnswer", "the answer lacks the member \(member)")
    }

    /// A digest or checksum that does not belong to its content.
    public static func checksum(_ name: String, found: String, expected: String) -> AWSAnswerError {
        AWSAnswerError(code: "ChecksumMismatch", "\(name) is \(found), expected \(expected)")
    }
}
