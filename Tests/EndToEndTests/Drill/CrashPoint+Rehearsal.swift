import JSON
import Jobs

extension CrashPoint {
    /// Whose place it is.
    var service: Service {
        switch self {
        case .afterCreate, .afterSend: .api
        case .afterClaim, .afterHandler, .afterSuccess, .afterRetry, .afterRelease, .afterFence, .afterTakeOver,
            .afterLetter, .afterBurial:
            .worker
        case .afterResend, .afterFail: .dlqHandler
        }
    }

    /// A job that leads there.
    var order: JobOrder {
        switch self {
        case .afterCreate, .afterSend, .afterClaim, .afterHandler, .afterSuccess, .afterResend:
            .transform(0, sleepMs: 0)
        case .afterRetry:
            .failing(0, times: 1)
        case .afterRelease:
            .transform(0, sleepMs: 10_000)
        case .afterFence, .afterLetter, .afterBurial, .afterFail:
            .drill(0, ["class": "VALIDATION"], maxAttempts: 4, .failure)
        case .afterTakeOver:
            .drill(0, ["crash": true], maxAttempts: 1, .failure)
        }
    }
}
