/// How much may go wrong in one run of the model.
struct ModelBudget: Sendable {
    /// How many calls may fail, or lose their answer.
    var faults = 3
    /// How often a process may die.
    var deaths = 2
    /// How often the queue may duplicate a message.
    var duplicates = 1
    /// How often time may pass before it must.
    var waits = 3
    /// How often some time passes, but less than a lease.
    var pauses = 2
    /// How often a worker renews its lease.
    var renewals = 2
    /// How often the reconciler makes a round before it must.
    var rounds = 1
    /// How often somebody cancels the job.
    var cancellations = 0
    /// How often a worker is told to stop.
    var stops = 1
    /// How often somebody starts it anew.
    var redrives = 1
    /// How many attempts the job has.
    var maxAttempts = 2
}
