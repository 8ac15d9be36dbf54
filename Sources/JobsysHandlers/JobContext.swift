public import JobsysObservability
public import JobsysTime
public import Logging

/// What a handler may know about the job that it runs, and what it can say meanwhile.
public struct JobContext: Sendable {
    /// The job; a good idempotency key for calls downstream.
    public var jobID: JobID
    /// The job's type, which may be a former name of the handler.
    public var type: String
    /// Whose job it is.
    public var tenant: String
    /// Which attempt this is, from 1.
    public var attempt: Int
    /// How many attempts there may be.
    public var maxAttempts: Int
    /// How often the job was redriven.
    public var generation: Int
    /// When the attempt's time is up; nil if it may take as long as it likes.
    public var deadline: Timestamp?
    /// When the job was accepted, where that is known.
    package var createdAt: Timestamp?
    /// The trace that the job belongs to, to be passed on to calls downstream; its `traceparent` is the header.
    public var trace: TraceContext
    /// Writes log lines that say which job and which attempt they are about.
    public var logger: Logger
    /// The workflow that the job is a member of; nil for a job of its own.
    public var workflow: WorkflowContext?

    private var report: @Sendable (_ fraction: Double, _ message: String?) -> Void

    /// Makes a context, as a test of a handler may.
    ///
    /// - Parameters:
    ///   - jobID: The job.
    ///   - type: Its type.
    ///   - tenant: Whose job it is.
    ///   - attempt: Which attempt this is, from 1.
    ///   - maxAttempts: How many attempts there may be.
    ///   - generation: How often the job was redriven.
    ///   - deadline: When the attempt's time is up.
    ///   - trace: The trace that the job belongs to; a new one by default.
    ///   - logger: Takes the handler's log lines.
    ///   - report: Is told of the handler's progress.
    public init(
        jobID: JobID,
        type: String,
        tenant: String = "default",
        attempt: Int = 1,
        maxAttempts: Int = 4,
        generation: Int = 0,
        deadline: Timestamp? = nil,
        trace: TraceContext? = nil,
        logger: Logger = Logger(label: "job"),
        report: @escaping @Sendable (_ fraction: Double, _ message: String?) -> Void = { _, _ in }
    ) {
        self.jobID = jobID
        self.type = type
        self.tenant = tenant
        self.attempt = attempt
        self.maxAttempts = maxAttempts
        self.generation = generation
        self.deadline = deadline
        self.trace = trace ?? .new()
        self.logger = logger
        self.report = report
    }

    /// The same context, whose progress is told to somebody else as well.
    package func alsoReporting(
        to other: @escaping @Sendable (_ fraction: Double, _ message: String?) -> Void
    ) -> JobContext {
        var context = self
        context.report = { [report] in
            other($0, $1)
            report($0, $1)
        }
        return context
    }

    /// The same context, with some values taken out of what the handler logs and of the words of its progress.
    package func scrubbed(by scrubber: FieldScrubber) -> JobContext {
        var context = self
        context.logger.handler = FieldScrubbingLogHandler(logger.handler, scrubber)
        context.report = { [report] fraction, message in report(fraction, message.map(scrubber.scrub)) }
        return context
    }

    /// Says how far the work has come, for whoever looks at the job meanwhile.
    ///
    /// It costs next to nothing and never fails: the latest word is recorded every few seconds at most.
    ///
    /// - Parameters:
    ///   - fraction: From 0 to 1; what lies outside is taken for the nearer of them.
    ///   - message: What is being done, for a reader; secrets are redacted.
    public func progress(_ fraction: Double, _ message: String? = nil) {
        report(fraction.isNaN ? 0 : min(max(fraction, 0), 1), message)
    }
}
