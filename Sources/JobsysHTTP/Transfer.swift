/// A request and who waits for its outcome.
struct Transfer: Sendable {
    typealias Outcome = Result<ResponseCollector, TransportError>

    let request: WireRequest
    /// Where the response goes; empty still.
    let collector: ResponseCollector
    let waiter: TransferWaiter

    /// Ends the wait of a transfer of which nothing was sent.
    func endUnsent(_ code: TransportError.Code) {
        waiter.end(.failure(.local(code, authority: request.authority, sent: false)))
    }
}

/// Who waits for a transfer's outcome.
///
/// Unchecked, because a checked continuation costs an allocation here and its release on another thread. That each
/// transfer ends exactly once is what ``TransferTable`` is for.
@safe struct TransferWaiter: Sendable {
    private let continuation: UnsafeContinuation<Transfer.Outcome, Never>

    init(_ continuation: UnsafeContinuation<Transfer.Outcome, Never>) {
        unsafe self.continuation = continuation
    }

    /// Ends the wait; exactly once.
    func end(_ outcome: Transfer.Outcome) {
        unsafe continuation.resume(returning: outcome)
    }
}

extension TransportError {
    /// An end that this process chose: the task was cancelled or the transport shut down.
    static func local(_ code: Code, authority: String, sent: Bool) -> TransportError {
        let reason = code == .shutDown ? "the transport is shut down" : "the request was cancelled"
        return TransportError(code: code, message: "\(authority): \(reason)", requestMayHaveBeenReceived: sent)
    }
}
