/// A call to Lambda's runtime API that failed.
public struct LambdaRuntimeError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public var code: Code
    /// What happened, for a reader.
    public var message: String
    /// The error beneath.
    public var cause: (any Error)?

    /// Makes an error.
    public init(code: Code, message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}

extension LambdaRuntimeError {
    /// A kind of failure; its description is one of few.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case unreachable
            case refused
            case unexpectedStatus
            case missingHeader
            case malformedHeader
        }

        private let kind: Kind

        /// No answer came back; another try may go better.
        public static let unreachable = Code(kind: .unreachable)
        /// The API did not take what it was told about one invocation (status 4xx); the next one may go well.
        public static let refused = Code(kind: .refused)
        /// Any other status that is not the expected one; after a 500 the process must exit.
        public static let unexpectedStatus = Code(kind: .unexpectedStatus)
        /// An invocation came without a header that is needed to deal with it.
        public static let missingHeader = Code(kind: .missingHeader)
        /// An invocation came with a header that cannot be read.
        public static let malformedHeader = Code(kind: .malformedHeader)

        /// The code's name.
        public var description: String { kind.rawValue }
    }
}
