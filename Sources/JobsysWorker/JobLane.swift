public import JobsysCore

/// A queue that a consumer takes jobs from, and what that queue demands.
public struct JobLane: Sendable {
    let queue: any JobQueue
    let runner: JobRunner
    /// What replaces messages whose receipts run out; nil on a queue that keeps an order, where a message keeps its place.
    let replacer: (any MessageReplacer)?
    /// The most messages that one receive may bring.
    let batchLimit: Int

    /// A queue whose messages may be taken in any order.
    public static func unordered(_ queue: any JobQueue & MessageReplacer, runner: JobRunner) -> JobLane {
        JobLane(queue: queue, runner: runner, replacer: queue, batchLimit: 10)
    }

    /// A queue that keeps an order for each key.
    ///
    /// One message is taken at a time. A larger receive brings several of one key, and those behind one that fails have
    /// been received in vain: after a few such times the queue would give them up.
    public static func ordered(_ queue: any JobQueue, runner: JobRunner) -> JobLane {
        JobLane(queue: queue, runner: runner, replacer: nil, batchLimit: 1)
    }
}
