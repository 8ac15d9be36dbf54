/// A request and who waits for its outcome.
struct Transfer: Sendable {
    typealias Outcome = Result<TransportResponse, TransportError>

    let request: WireRequest
    let continuation: CheckedContinuation<Outcome, Never>

    /// Ends the wait; exactly once for each transfer.
    func end(_ outcome: Outcome) {
        continuation.resume(returning: outcome)
    }

    /// Ends the wait of a transfer of which nothing was sent.
    func endUnsent(_ code: TransportError.Code) {
        end(.failure(.local(code, authority: request.authority, sent: false)))
    }
}

extension TransportError {
    /// An end that this process chose: the task was cancelled or the transport shut down.
    static func local(_ code: Code, authority: String, sent: Bool) -> TransportError {
        let reason = code == .shutDown ? "the transport is shut down" : "the request was cancelled"
        return TransportError(code: code, message: "\(authority): \(reason)", requestMayHaveBeenReceived: sent)
    }
}
