public import JobsysCore

extension JobOutcome {
    /// The outcome as a handler says it: a result or an error; one that handlers cannot bring about is a cancellation.
    public func said() throws -> JSONValue {
        switch self {
        case .succeeded(let result): return result
        case .failed(let failure): throw failure
        case .unavailable(let reason): throw TypeUnavailable(reason)
        case .interrupted, .leaseLost, .cancelled: throw CancellationError()
        }
    }
}
