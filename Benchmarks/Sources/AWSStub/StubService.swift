/// What the stub serves; called on one thread, so it needs no locks.
protocol StubService {
    /// Takes a request in, and answers it at once unless the reply says otherwise.
    mutating func reply(to request: StubRequest, from caller: Caller, at now: Instant) -> StubReply

    /// When ``readyAnswers(at:)`` is to be asked next, if nothing arrives before; nil for never.
    var nextDeadline: Instant? { get }

    /// Takes out the answers to requests that were to be answered later.
    mutating func readyAnswers(at now: Instant) -> [(caller: Caller, response: StubResponse)]

    /// Notes that a caller has hung up.
    mutating func forget(_ caller: Caller)
}

/// A connection, for as long as it is open.
typealias Caller = Int32

/// What becomes of a request.
enum StubReply {
    /// This is sent at once.
    case answer(StubResponse)
    /// ``StubService/readyAnswers(at:)`` has the answer when there is one.
    case later
    /// The connection is closed without an answer.
    case hangUp
}

extension StubService {
    var nextDeadline: Instant? { nil }

    mutating func readyAnswers(at now: Instant) -> [(caller: Caller, response: StubResponse)] { [] }

    mutating func forget(_ caller: Caller) {}
}
