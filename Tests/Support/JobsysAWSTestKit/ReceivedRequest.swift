public import HTTPTypes

/// A request as a ``ScriptedServer`` got it.
public struct ReceivedRequest: Sendable, Hashable {
    /// The method, such as `POST`.
    public var method: String

    /// The request target as sent, with the query.
    public var path: String

    /// The header fields in the order and spelling of the wire.
    public var headers: HTTPFields

    /// The body without its transfer coding.
    public var body: [UInt8]

    /// Request line and header lines as sent, up to and with the empty line.
    public var rawHead: [UInt8]

    /// The connection's number, from 0 in the order of acceptance.
    public var connection: Int

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
}
