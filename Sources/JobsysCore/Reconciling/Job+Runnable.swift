import JobsysTime

extension Job {
    /// Since when, or from when on, a worker can take the job if its message comes.
    ///
    /// Nil if no message has to come: the job is over, or will be looked up among the due ones.
    var runnableSince: Timestamp? {
        switch status {
        case .succeeded, .failedFinal, .cancelled: nil
        case .scheduled where awaitsPromotion: nil
        case .scheduled, .pending, .retrying: runAt ?? updatedAt
        case .running: lease?.expiresAt ?? updatedAt
        }
    }
}
