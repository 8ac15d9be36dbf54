public import HTTPTypes

/// What an operation puts into its request.
public struct WireContent: Sendable, Redacted {
    /// The method.
    public var method: HTTPRequest.Method

    /// The path below the endpoint, with the query, percent-encoded.
    public var path: String

    /// Header fields of its own.
    public var fields: HTTPFields

    /// The body.
    public var body: [UInt8]

    /// Creates a content.
    public init(method: HTTPRequest.Method = .post, path: String = "/", fields: HTTPFields = [:], body: [UInt8] = []) {
        self.method = method
        self.path = path
        self.fields = fields
        self.body = body
    }
}
