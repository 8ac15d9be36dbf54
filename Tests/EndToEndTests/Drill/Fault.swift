/// What the proxy does to a call between a service and its dependency.
enum Fault: String, Sendable, Hashable, CaseIterable {
    /// The call takes its time.
    case latency
    /// 500, and nothing was done.
    case serverError = "500 before"
    /// 500, although it was done.
    case lostAnswer = "500 after"
    /// 400 with a throttling code, and nothing was done.
    case throttle
    /// The connection breaks, and nothing was done.
    case resetBefore = "reset before"
    /// The connection breaks, although it was done.
    case resetAfter = "reset after"
    /// A message is sent twice.
    case duplicateSend = "sent twice"
    /// A delete is answered, and not done.
    case forgottenDelete = "delete forgotten"
    /// What was received is shown to others at once.
    case redelivery = "received twice"

    /// Whether it can happen to an operation of this name.
    func suits(_ operation: String) -> Bool {
        switch self {
        case .latency, .serverError, .lostAnswer, .throttle, .resetBefore, .resetAfter: true
        case .duplicateSend: operation.hasPrefix("SendMessage")
        case .forgottenDelete: operation.hasPrefix("DeleteMessage")
        case .redelivery: operation == "ReceiveMessage"
        }
    }

    /// How likely it is, in fair weather.
    var rate: Double {
        switch self {
        case .latency: 0.05
        case .serverError, .throttle, .resetBefore: 0.01
        case .lostAnswer, .resetAfter: 0.02
        case .duplicateSend, .forgottenDelete, .redelivery: 0.04
        }
    }
}
