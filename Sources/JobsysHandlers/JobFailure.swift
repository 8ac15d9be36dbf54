import JobsysJSON
import JobsysObservability

/// Why an attempt failed.
///
/// A handler throws or returns one to say which class its failure has.
public struct JobFailure: Error, Sendable, Hashable {
    /// What kind of failure it is; decides whether and when it is tried again.
    public var errorClass: ErrorClass
    /// What happened, for a reader.
    ///
    /// Secrets are redacted, control characters replaced, and the text is cut to ``messageLimit`` bytes.
    public let message: String
    /// How long the failing side asked us to wait; wins over the backoff.
    public var retryAfter: Duration?

    /// The longest message that is kept, in UTF-8 bytes.
    public static let messageLimit = 1024

    /// Makes a failure; the message is redacted and cut here, so that no record or log can hold more of it.
    public init(_ errorClass: ErrorClass, _ message: String, retryAfter: Duration? = nil) {
        self.errorClass = errorClass
        self.message = Redactor.standard.excerpt(of: message.fitToShow, maxBytes: Self.messageLimit)
        self.retryAfter = retryAfter
    }
}

extension String {
    /// The text without control characters, which terminals obey and queues refuse, and never empty.
    package var fitToShow: String {
        guard !isEmpty else { return "(no message)" }
        return String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    let isShown =
                        !scalar.properties.isNoncharacterCodePoint && scalar.properties.generalCategory != .control
                    return isShown || "\n\r\t".unicodeScalars.contains(scalar) ? scalar : "\u{fffd}"
                }
            )
        )
    }
}

extension JobFailure: CustomStringConvertible {
    /// The class and the message.
    public var description: String {
        "\(errorClass.rawValue): \(message)"
    }
}
