import JobsysCore

/// What becomes of a call that a process makes to a store or a queue.
enum Fate: String, Sendable, Hashable, CaseIterable {
    /// It is made, and answered.
    case done
    /// It fails, and nothing was done.
    case refused
    /// It is done, and the answer is lost.
    case answerLost
    /// The process dies before it.
    case diesBefore
    /// The process dies when it is done.
    case diesAfter

    /// Whether the process is no more.
    var isFatal: Bool { self == .diesBefore || self == .diesAfter }
}

/// What unwinds the code of a process that has died: none of its calls has an effect any more.
struct ProcessDied: Error {}

extension DependencyError {
    /// What a call that fails in the model throws.
    static let modelled = DependencyError(
        dependency: "model",
        code: "Modelled",
        message: "as the model wants",
        isTransient: true
    )
}
