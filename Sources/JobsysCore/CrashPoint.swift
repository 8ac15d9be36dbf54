#if DEBUG
import FoundationEssentials
import Glibc
#endif

/// A place between two calls to the store or the queue where a process can be made to die, to show that nothing is lost.
///
/// In a debug build, `JOBSYS_CRASH_AT` names the place. In a release build all of this does nothing.
package enum CrashPoint: String, Sendable, CaseIterable {
    // The API.
    case afterCreate = "after-create"
    case afterSend = "after-send"

    // The worker.
    case afterClaim = "after-claim"
    case afterHandler = "after-handler"
    case afterSuccess = "after-success"
    case afterRetry = "after-retry"
    case afterRelease = "after-release"
    case afterGivingUp = "after-giving-up"
    case afterTakeOver = "after-take-over"
    case afterLetter = "after-letter"
    case afterLetterDelete = "after-letter-delete"
    case afterPromotion = "after-promotion"

    // The dlq-handler.
    case afterResend = "after-resend"
    case afterFail = "after-fail"
    case afterAnnouncement = "after-announcement"

    /// Kills the process, if it was told to die here.
    func reached() {
        #if DEBUG
        guard Self.chosen == self else { return }
        kill(getpid(), SIGKILL)
        while true { pause() }
        #endif
    }

    #if DEBUG
    private static let chosen = ProcessInfo.processInfo.environment["JOBSYS_CRASH_AT"].flatMap(CrashPoint.init)
    #endif
}
