public import JobsysCore

/// A queue that a consumer takes jobs from, and what runs its jobs.
public struct JobLane: Sendable {
    let queue: any JobQueue
    let runner: JobRunner
    /// The most messages that one receive may bring.
    ///
    /// From a queue that keeps an order one is taken at a time. A larger receive brings several of one key, and those behind
    /// one that fails have been received in vain: after a few such times the queue would give them up.
    let batchLimit: Int

    /// Makes a lane; the runner must be one of this queue.
    public init(_ queue: any JobQueue, runner: JobRunner) {
        self.queue = queue
        self.runner = runner
        batchLimit = queue.limits.keepsOrder ? 1 : queue.limits.batch
    }
}
