/// One thing that may happen next in the model.
enum ModelMove: Sendable, Hashable, CustomStringConvertible {
    /// The client asks for the job, or asks again.
    case post
    /// A worker receives a message.
    case receive(ModelProcess)
    /// The dlq-handler receives a letter.
    case receiveLetter
    /// A call meets its fate.
    case decide(ModelProcess, Fate, call: String)
    /// A handler ends.
    case finish(ModelProcess, HandlerEnd)
    /// A worker is told to stop: the handler that it runs is cancelled, and ends in some way.
    case stop(ModelProcess, HandlerEnd)
    /// The queue has one of its messages twice.
    case duplicate
    /// Time passes, longer than a lease.
    case wait
    /// Some time passes, half of a lease.
    case pause
    /// A worker renews the lease of the job whose handler it runs, whether it still has it or not.
    case renew(ModelProcess)
    /// The reconciler makes a round.
    case reconcile
    /// Somebody cancels the job.
    case cancel
    /// Somebody starts the failed job anew.
    case redrive

    /// How a handler ends.
    enum HandlerEnd: String, Sendable, Hashable, CaseIterable {
        case succeeds, fails, refuses
    }

    var description: String {
        switch self {
        case .post: "post"
        case .receive(let process): "\(process) receives"
        case .receiveLetter: "dlqHandler receives"
        case .decide(let process, let fate, let call): "\(process): \(call) \(fate)"
        case .finish(let process, let end): "\(process): handler \(end)"
        case .stop(let process, let end): "\(process) stops: handler \(end)"
        case .duplicate: "duplicate"
        case .wait: "wait"
        case .pause: "pause"
        case .renew(let process): "\(process) renews"
        case .reconcile: "reconcile"
        case .cancel: "cancel"
        case .redrive: "redrive"
        }
    }
}
