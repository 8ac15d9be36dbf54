import HTTPTypes

extension HTTPField.Name {
    /// `X-Request-Id`.
    static let requestID = name("X-Request-Id")
    /// `Idempotency-Key`.
    static let idempotencyKey = name("Idempotency-Key")
    /// `traceparent` (W3C Trace Context).
    static let traceparent = name("traceparent")
    /// `X-Amzn-Trace-Id` (AWS X-Ray, "Tracing header").
    static let xrayTraceID = name("X-Amzn-Trace-Id")

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is not a header field's name") }
        return name
    }
}
