public import HTTPTypes

/// A response that arrived whole.
public struct TransportResponse: Sendable, Hashable {
    /// Status and header fields of the final response; trailers and 1xx responses are dropped.
    public var head: HTTPResponse

    /// The body as sent: no content coding is undone.
    public var body: [UInt8]

    /// The status code, such as 200.
    public var status: Int { head.status.code }

    /// Creates a response.
    public init(head: HTTPResponse, body: [UInt8] = []) {
        self.head = head
        self.body = body
    }
}
