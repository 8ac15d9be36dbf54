import JobsysTestKit

/// Something that the code relies on, taken away on purpose: the model must notice.
///
/// That a job may be failed only if it is as it was read is not among them: nobody can claim a job that was given up, so no
/// course shows it any more. The rules of the store hold it.
enum ModelFlaw: String, Sendable, Hashable, CaseIterable {
    /// A job may be claimed while another's lease lasts.
    case claimIgnoresLease
    /// A job may be claimed when its attempts are used up.
    case claimIgnoresAttempts
    /// A job may be claimed by a message of an older generation.
    case claimIgnoresGeneration
    /// A job may be claimed when it is final.
    case claimIgnoresStatus
    /// Who has lost the lease may write nevertheless.
    case runsAreNotFenced
    /// A job may be taken over, or failed, although its lease was renewed since it was read.
    case renewalIsNoChange
    /// A job is given up without being taken over.
    case takeOverDoesNothing
    /// A letter does not say which run failed.
    case letterWithoutRun
    /// A job whose cancellation was asked for may be claimed when its lease has ended.
    case claimIgnoresCancellation
    /// A job whose last attempt has failed may be claimed while its letter is under way.
    case claimIgnoresGivingUp
    /// A job whose last attempt has failed stays as it was, under the lease, until its letter is recorded.
    case givingUpIsNotRecorded
    /// A failure that a handler answers a stop with counts as one.
    case stopCounts
    /// A cancellation that meets a job between two attempts is told that the job is over.
    case cancellationMissesRetry
    /// An attempt that fails, or is handed back, leaves a job open whose cancellation was asked for meanwhile.
    case retryIgnoresCancellation
    /// An attempt that is handed back counts nevertheless.
    case handBackCounts
    /// A letter that comes again is no news, although nobody was told.
    case repeatedLetterIsSilent

    /// What must be allowed to happen for the flaw to show; all else would only make that rarer.
    var budget: ModelBudget {
        var budget = ModelBudget(stops: 0)
        switch self {
        case .claimIgnoresCancellation, .cancellationMissesRetry, .retryIgnoresCancellation: budget.cancellations = 1
        case .takeOverDoesNothing:
            budget.cancellations = 1
            budget.stops = 1
        case .stopCounts, .handBackCounts: budget.stops = 1
        default: break
        }
        return budget
    }

    /// What the store does not check.
    var condition: InMemoryJobStore.Condition? {
        switch self {
        case .claimIgnoresLease: .leaseEnded
        case .claimIgnoresAttempts: .attemptsLeft
        case .claimIgnoresGeneration: .sameGeneration
        case .claimIgnoresStatus: .notFinal
        case .runsAreNotFenced: .sameRun
        case .renewalIsNoChange: .sameExpiry
        case .claimIgnoresCancellation: .notCancelled
        case .claimIgnoresGivingUp: .notGivenUp
        case .retryIgnoresCancellation: .openUnlessCancelled
        case .takeOverDoesNothing, .letterWithoutRun, .repeatedLetterIsSilent, .givingUpIsNotRecorded, .stopCounts,
            .handBackCounts, .cancellationMissesRetry:
            nil
        }
    }
}
