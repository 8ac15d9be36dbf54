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

    /// An answer with more or fewer elements than were asked about.
    public static func count(_ member: String, found: Int, expected: Int) -> AWSAnswerError {
        AWSAnswerError(code: "UnreadableAnswer", "\(member) has \(found) elements, expected \(expected)")
    }
}
