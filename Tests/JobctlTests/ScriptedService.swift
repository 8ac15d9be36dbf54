import HTTPTypes
import JobsysHTTP
import JobsysJSON
import Synchronization

/// What carries requests to a service that is a closure.
final class ScriptedService: HTTPTransport {
    /// A request as the service sees it.
    struct Exchange: Sendable, Hashable {
        var line: String
        var body: String
    }

    /// What is answered to a request.
    typealias Answer = @Sendable (Exchange) throws(TransportError) -> (status: Int, body: String)

    private let answer: Answer
    private let retryAfter: String?
    private let requests = Mutex<[Exchange]>([])
    private let limits = Mutex<[Duration?]>([])

    /// Makes a service that answers a request by its line, such as `GET /jobs`; its refusals say `Retry-After`.
    convenience init(
        retryAfter: String? = nil,
        _ answer: @escaping @Sendable (String) throws(TransportError) -> (status: Int, body: String)
    ) {
        self.init(retryAfter, { exchange throws(TransportError) in try answer(exchange.line) })
    }

    /// A service that answers a request by all that it says.
    static func answering(_ answer: @escaping Answer) -> ScriptedService {
        ScriptedService(nil, answer)
    }

    private init(_ retryAfter: String?, _ answer: @escaping Answer) {
        self.retryAfter = retryAfter
        self.answer = answer
    }

    /// What was asked of it.
    var exchanges: [Exchange] { requests.withLock { $0 } }

    /// How long each of them was given.
    var timeouts: [Duration?] { limits.withLock { $0 } }

    /// The first lines of what was asked of it.
    var lines: [String] { exchanges.map(\.line) }

    var direct: any HTTPTransport { self }

    func send(
        _ request: HTTPRequest,
        body: [UInt8],
        timeouts: TransportTimeouts
    ) async throws(TransportError) -> TransportResponse {
        let line = "\(request.method) \(request.path ?? "")"
        let exchange = Exchange(line: line, body: String(decoding: body, as: UTF8.self))
        requests.withLock { $0.append(exchange) }
        limits.withLock { $0.append(timeouts.request) }
        let (status, text) = try answer(exchange)
        var head = HTTPResponse(status: .init(code: status))
        if status >= 400 { head.headerFields[.retryAfter] = retryAfter }
        return TransportResponse(head: head, body: Array(text.utf8))
    }
}
