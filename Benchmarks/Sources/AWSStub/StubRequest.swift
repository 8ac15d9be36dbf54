/// A request as far as a stub looks at it.
struct StubRequest {
    /// The `X-Amz-Target`, such as `DynamoDB_20120810.PutItem`; empty if there is none.
    var target: String
    /// The request line and the header fields.
    var head: [UInt8]
    var body: [UInt8]
}
