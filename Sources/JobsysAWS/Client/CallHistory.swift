/// What has become of a call's attempts so far.
struct CallHistory {
    /// The number of requests that were sent.
    var attempts = 0
    /// The status of the last answer.
    var status: Int?
    /// What the last attempt failed with.
    var errorCode: String?
    /// What the last answer says was consumed.
    var consumedCapacity: Double?
    /// Whether one of the attempts may have been applied, although it was no success.
    var mayHaveBeenApplied = false

    mutating func add(_ failure: AttemptFailure) {
        errorCode = failure.code
        mayHaveBeenApplied = mayHaveBeenApplied || failure.mayHaveBeenApplied
    }
}
