public import HTTPTypes

/// What a ``ScriptedServer`` does with one request.
public indirect enum Script: Sendable {
    /// Answers with a `Content-Length` (none for 204 and 304; for HEAD the body's length without the body).
    case respond(status: Int, headers: HTTPFields, body: [UInt8])
    /// Answers with a chunked body, one chunk for each element.
    case respondChunked(status: Int, headers: HTTPFields, chunks: [[UInt8]])
    /// Sends these bytes as they are and closes the connection.
    case sendThenClose([UInt8])
    /// Sends these bytes as they are and keeps the connection.
    case send([UInt8])
    /// Closes the connection without a byte.
    case closeWithoutAnswer
    /// Ends the connection with a TCP reset.
    case reset
    /// Declares `contentLength` bytes, sends fewer and closes the connection.
    case truncate(contentLength: Int, sending: [UInt8])
    /// Never answers; the connection stays open until the client or the server's end closes it.
    case hang
    /// Waits, then goes on.
    case delayed(Duration, Script)
    /// Does one after the other, until one ends the connection.
    case sequence([Script])

    /// Answers with a text body.
    public static func respond(_ status: Int = 200, headers: HTTPFields = [:], text: String = "") -> Script {
        .respond(status: status, headers: headers, body: Array(text.utf8))
    }
}
