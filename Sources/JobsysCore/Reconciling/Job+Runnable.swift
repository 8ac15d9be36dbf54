import JobsysTime

extension Job {
    /// Since when, or from when on, a worker can take the job if its message comes.
    ///
    /// Nil if no message has to come: the job is over, or will be looked up among the due ones.
    var runnableSince: Timestamp? {
        switch status {
        case .waiting, .succeeded, .failedFinal, .cancelled: nil
        case .scheduled where awaitsPromotion: nil
        case .scheduled, .pending, .retrying: runAt ?? updatedAt
        case .running:
            // A letter has been sent, and a second one says nothing new as long as the first is not lost.
            givenUpAt.map { $0 + Self.timeForLetter } ?? lease?.expiresAt ?? updatedAt
        }
    }

    /// How long the dead-letter handler may take to record a letter before a worker is asked to send it again.
    private static let timeForLetter: Duration = .seconds(3600)
}
