public import JobsysTime

/// When a job is to run.
public enum StartTime: Sendable, Hashable {
    /// So long after its submission.
    case after(Duration)
    /// At an instant; at once, if that has passed.
    case at(Timestamp)

    /// The instant, for a submission at another.
    public func instant(from submission: Timestamp) -> Timestamp {
        switch self {
        case .after(let delay): submission + delay
        case .at(let instant): instant
        }
    }
}
