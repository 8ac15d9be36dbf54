/// Runs tasks on the thread that drives curl, between its looks at the sockets.
///
/// There is nothing to wake on the way of such a task to curl and back. It outlives the thread: what is enqueued
/// after that has ended runs on the pool of threads where tasks run without a preference.
final class OwnerExecutor: TaskExecutor {
    private let inbox: TransferInbox

    init(_ inbox: TransferInbox) {
        self.inbox = inbox
    }

    /// Has the owner thread run a job, in its turn.
    func enqueue(_ job: consuming ExecutorJob) {
        inbox.enqueue(UnownedJob(job))
    }

    /// Runs a job; for the owner thread, outside of curl's callbacks.
    func run(_ job: UnownedJob) {
        unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    }
}
