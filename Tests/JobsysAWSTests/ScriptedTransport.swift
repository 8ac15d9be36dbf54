import HTTPTypes
import JobsysHTTP
import Synchronization

/// Answers requests from a list and keeps them.
final class ScriptedTransport: HTTPTransport {
    struct Sent: Sendable {
        let request: HTTPRequest
        let body: [UInt8]
        let timeouts: TransportTimeouts

        var text: String { String(decoding: body, as: UTF8.self) }
        var url: String { "\(request.scheme ?? "")://\(request.authority ?? "")\(request.path ?? "")" }

        func field(_ name: String) -> String? {
            HTTPField.Name(name).flatMap { request.headerFields[$0] }
        }
    }

    indirect enum Answer: Sendable {
        case response(Int, [String: String] = [:], String = "{}")
        case failure(TransportError.Code)
        case suspend(@Sendable () async -> Void)
        case after(@Sendable () async -> Void, Answer)
    }

    private let state: Mutex<(answers: [Answer], sent: [Sent])>
    private let beforeAnswer: @Sendable () -> Void

    init(_ answers: [Answer], beforeAnswer: @escaping @Sendable () -> Void = {}) {
        state = Mutex((answers, []))
        self.beforeAnswer = beforeAnswer
    }

    var sent: [Sent] { state.withLock { $0.sent } }

    var direct: any HTTPTransport { self }

    func send(
        _ request: HTTPRequest,
        body: [UInt8],
        timeouts: TransportTimeouts
    ) async throws(TransportError) -> TransportResponse {
        let answer = state.withLock { state -> Answer in
            state.sent.append(Sent(request: request, body: body, timeouts: timeouts))
            return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
        }
        beforeAnswer()
        return try await give(answer)
    }

    private func give(_ answer: Answer) async throws(TransportError) -> TransportResponse {
        switch answer {
        case .response(let status, let fields, let text):
            var head = HTTPResponse(status: .init(code: status))
            for (name, value) in fields { HTTPField.Name(name).map { head.headerFields[$0] = value } }
            return TransportResponse(head: head, body: Array(text.utf8))
        case .failure(let code):
            throw TransportError(code: code, message: "scripted", requestMayHaveBeenReceived: true)
        case .suspend(let operation):
            await operation()
            throw TransportError(code: .cancelled, message: "scripted", requestMayHaveBeenReceived: true)
        case .after(let operation, let answer):
            await operation()
            return try await give(answer)
        }
    }
}
