public import HTTPTypes
public import JobsysTime

/// One invocation of the function.
///
/// `Lambda-Runtime-Trace-Id` is left aside: every record brings the trace of its own job, and nothing here reads
/// `_X_AMZN_TRACE_ID`, so the process-wide variable is not set either.
public struct LambdaInvocation: Sendable, Hashable {
    /// Which invocation it is; its answer goes by this name.
    public var requestID: String
    /// When Lambda gives the invocation up.
    public var deadline: Timestamp
    /// The event's JSON.
    public var event: [UInt8]

    /// Makes an invocation.
    public init(requestID: String, deadline: Timestamp, event: [UInt8]) {
        self.requestID = requestID
        self.deadline = deadline
        self.event = event
    }

    /// Reads what the runtime API answered to the question for the next invocation.
    public init(headers: HTTPFields, event: [UInt8]) throws(LambdaRuntimeError) {
        let requestID = try headers.value(of: .lambdaRequestID)
        // The id becomes a part of a path.
        guard requestID.utf8.allSatisfy(\.isPartOfID) else {
            throw LambdaRuntimeError(malformed: .lambdaRequestID, expected: "letters, digits and hyphens")
        }
        guard let deadline = Int64(try headers.value(of: .lambdaDeadline)), deadline > 0 else {
            throw LambdaRuntimeError(malformed: .lambdaDeadline, expected: "milliseconds since 1970")
        }
        self.init(requestID: requestID, deadline: Timestamp(milliseconds: deadline), event: event)
    }
}

extension HTTPField.Name {
    fileprivate static var lambdaRequestID: Self { .lambda("Lambda-Runtime-Aws-Request-Id") }
    fileprivate static var lambdaDeadline: Self { .lambda("Lambda-Runtime-Deadline-Ms") }

    static func lambda(_ name: String) -> Self {
        guard let name = Self(name) else { preconditionFailure("\(name) is not a header's name") }
        return name
    }
}

extension HTTPFields {
    fileprivate func value(of name: HTTPField.Name) throws(LambdaRuntimeError) -> String {
        guard let value = self[name], !value.isEmpty else {
            throw LambdaRuntimeError(code: .missingHeader, message: "the invocation has no \(name.rawName)")
        }
        return value
    }
}

extension LambdaRuntimeError {
    fileprivate init(malformed name: HTTPField.Name, expected: String) {
        self.init(
            code: .malformedHeader,
            message: "the invocation's \(name.rawName) is malformed; expected \(expected)"
        )
    }
}

extension UInt8 {
    fileprivate var isPartOfID: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }
}
