extension Incident {
    /// The incident in one line, for people: what failed, with what, after how many attempts.
    ///
    /// No payload: what is told leaves the account.
    public var summary: String {
        let subject =
            switch id {
            case .job(let id, let generation):
                "job \(id)" + (generation > 0 ? " (generation \(generation))" : "")
            case .message(let id): "message \(id)"
            }
        let type = jobType.map { " of type \($0)" } ?? ""
        let effort = attempts == 1 ? "1 attempt" : "\(attempts) attempts"
        return "\(subject)\(type) failed for good after \(effort): \(failure.errorClass.rawValue): \(failure.message)"
    }

    /// The summary, and how many other incidents there are that nobody was told of.
    public func summary(withheld: Int) -> String {
        withheld == 0 ? summary : "\(summary) (and \(withheld) more before it)"
    }
}
