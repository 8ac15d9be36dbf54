import JobsysCore
import JobsysJSON

extension CrashPoint {
    /// Whose place it is.
    var service: Service {
        switch self {
        case .afterCreate, .afterSend: .api
        case .afterClaim, .afterHandler, .afterSuccess, .afterRetry, .afterRelease, .afterGivingUp, .afterTakeOver,
            .afterLetter, .afterLetterDelete, .afterPromotion:
            .worker
        case .afterResend, .afterFail, .afterAnnouncement: .dlqHandler
        }
    }

    /// How often people are told of the job's failure, if it has one.
    ///
    /// Twice only if the handler dies in between.
    var announcements: Int {
        switch self {
        case .afterCreate, .afterSend, .afterClaim, .afterHandler, .afterSuccess, .afterRetry, .afterRelease,
            .afterResend, .afterPromotion:
            0
        case .afterGivingUp, .afterTakeOver, .afterLetter, .afterLetterDelete, .afterFail: 1
        case .afterAnnouncement: 2
        }
    }

    /// Whether it lies behind a letter, which a worker must have sent.
    var needsLetter: Bool { self == .afterFail || self == .afterAnnouncement }

    /// A job that leads there.
    var order: JobOrder {
        switch self {
        case .afterCreate, .afterSend, .afterClaim, .afterHandler, .afterSuccess, .afterResend:
            .transform(0, sleepMs: 0)
        case .afterRetry:
            .failing(0, times: 1)
        case .afterRelease:
            .transform(0, sleepMs: 10_000)
        case .afterGivingUp, .afterLetter, .afterLetterDelete, .afterFail, .afterAnnouncement:
            .drill(0, ["class": "VALIDATION"], maxAttempts: 4, .failure)
        case .afterTakeOver:
            .drill(0, ["crash": true], maxAttempts: 1, .failure)
        case .afterPromotion:
            // A FIFO queue delays no single message, so the reconciler promotes it.
            .transform(0, sleepMs: 0, delaySeconds: 2, orderingKey: "key")
        }
    }
}
