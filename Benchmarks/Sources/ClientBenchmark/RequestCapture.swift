import HTTPTypes
import JobsysHTTP
import Synchronization

/// Keeps the last request, and answers nothing.
final class RequestCapture: HTTPTransport {
    private let last = Mutex<(HTTPRequest, [UInt8])?>(nil)

    var request: (HTTPRequest, [UInt8])? { last.withLock(\.self) }

    var direct: any HTTPTransport { self }

    func send(
        _ request: HTTPRequest,
        body: [UInt8],
        timeouts: TransportTimeouts
    ) async throws(TransportError) -> TransportResponse {
        last.withLock { $0 = (request, body) }
        throw TransportError(code: .invalidRequest, message: "only captured", requestMayHaveBeenReceived: false)
    }
}
