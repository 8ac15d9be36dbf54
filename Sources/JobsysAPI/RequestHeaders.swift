import HTTPTypes
import JobsysObservability

/// The name of one request, which the client, the answer and the log share.
struct RequestID: Sendable, Hashable, CustomStringConvertible {
    let description: String

    /// Takes the request's `X-Request-Id` if it is 1 to 128 of letters, digits, `.`, `_` and `-`; makes a name otherwise.
    init(_ headers: HTTPFields, orMake make: () -> String) {
        description = headers[.requestID].flatMap { Self.isSane($0) ? $0 : nil } ?? make()
    }

    private static func isSane(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count) && text.utf8.allSatisfy(isAllowed)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}

extension HTTPField.Name {
    /// `X-Request-Id`.
    static let requestID = name("X-Request-Id")
    /// `Idempotency-Key`.
    static let idempotencyKey = name("Idempotency-Key")
    /// `traceparent` (W3C Trace Context).
    static let traceparent = name("traceparent")
    /// `X-Amzn-Trace-Id` (AWS X-Ray, "Tracing header").
    static let xrayTraceID = name("X-Amzn-Trace-Id")
    /// `Jobsys-Warning`: that a submission was accepted, and what may come of it.
    static let jobsysWarning = name("Jobsys-Warning")
    /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4).
    static let rateLimitPolicy = name("RateLimit-Policy")
    static let rateLimit = name("RateLimit")

    static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is not a header field's name") }
        return name
    }
}

extension HTTPFields {
    /// The caller's place in its trace; nil if it names none.
    var trace: TraceContext? {
        self[.traceparent].flatMap(TraceContext.init(traceparent:))
            ?? self[.xrayTraceID].flatMap(TraceContext.init(xrayHeader:))
    }
}
