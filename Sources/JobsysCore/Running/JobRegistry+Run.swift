import JobsysHandlers
public import JobsysJSON
package import JobsysObservability
package import JobsysTime
package import Logging

/// How one attempt ended.
public enum JobOutcome: Sendable, Hashable {
    /// Done, with this result.
    case succeeded(JSONValue)
    /// Failed; the class says whether it is tried again.
    case failed(JobFailure)
    /// Not done, because jobs of the type cannot be run until somebody has looked; the text says why. Costs no attempt.
    case unavailable(String)
    /// Stopped before its end because the worker stops; costs no attempt.
    case interrupted
    /// Stopped because somebody else holds the job now.
    case leaseLost
    /// Stopped because somebody asked for the job's cancellation.
    case cancelled
}

/// What a handler throws when jobs of its type cannot be run until somebody has looked: the type is paused, and the job waits
/// as if its attempt had never begun.
package struct TypeUnavailable: Error, Sendable, Hashable {
    /// Why, for whoever resumes the type.
    package let reason: String

    /// Makes an error.
    package init(_ reason: String) {
        self.reason = reason
    }
}

extension JobRegistry {
    /// Runs a job; whatever its handler throws becomes an outcome.
    ///
    /// What it says of the values of sensitive fields is taken out of its outcome, its log and the words of its progress.
    package func run(_ job: Job, in context: JobContext) async -> JobOutcome {
        guard let scrubber = FieldScrubber(of: job.payload, at: policy(ofType: job.type).sensitive) else {
            return await outcome(of: job, in: context)
        }
        let context = context.scrubbed(by: scrubber)
        return await withLogger(context.logger) { _ in await outcome(of: job, in: context) }.scrubbed(by: scrubber)
    }

    private func outcome(of job: Job, in context: JobContext) async -> JobOutcome {
        guard let entry = self[job.type] else {
            return .failed(JobFailure(.unknown, "no handler runs jobs of type \(job.type)"))
        }
        do {
            let result = try await entry.run(job.payload, context)
            if let problem = problem(with: result) {
                return Task.isCancelled ? .interrupted : .failed(problem)
            }
            return .succeeded(result)
        } catch {
            // Whatever a handler says once it was told to stop, but that the work is done, says nothing about the job.
            guard !Task.isCancelled else { return .interrupted }
            if let failure = error as? JobFailure { return .failed(failure) }
            if let refusal = error as? TypeUnavailable { return .unavailable(refusal.reason) }
            return .failed(JobFailure(.unknown, "the handler threw \(type(of: error)): \(Self.text(of: error))"))
        }
    }

    /// What an error says; of Foundation's, which quote the values that they are about, where and what alone.
    private static func text(of error: any Error) -> String {
        switch error {
        case let error as DecodingError: error.finding
        case let error as EncodingError: error.finding
        default: "\(error)"
        }
    }

    /// Why a result cannot be recorded, or not be read again, which would be so at every attempt.
    private func problem(with result: JSONValue) -> JobFailure? {
        let bytes = result.serialized()
        guard bytes.count <= Submission.resultLimit else {
            let message = "the result has \(bytes.count) bytes, more than the \(Submission.resultLimit) that are kept"
            return JobFailure(.validation, message)
        }
        do {
            _ = try JSONValue(parsing: bytes)
            return nil
        } catch {
            return JobFailure(.validation, "the result cannot be read again: \(error)")
        }
    }
}

extension JobOutcome {
    /// The outcome with some values taken out of its words.
    fileprivate func scrubbed(by scrubber: FieldScrubber) -> JobOutcome {
        switch self {
        case .failed(let failure):
            let message = scrubber.scrub(failure.message)
            return .failed(JobFailure(failure.errorClass, message, retryAfter: failure.retryAfter))
        case .unavailable(let reason): return .unavailable(scrubber.scrub(reason))
        case .succeeded, .interrupted, .leaseLost, .cancelled: return self
        }
    }
}

extension JobContext {
    /// Makes the context of a job that was just claimed.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - timeout: How long the attempt may take.
    ///   - trace: Where the sender stands in the job's trace; the trace alone by default.
    ///   - now: When the attempt starts.
    ///   - logger: Takes the handler's log lines.
    ///   - report: Is told of the handler's progress.
    package init(
        _ job: Job,
        timeout: Duration? = nil,
        trace: TraceContext? = nil,
        at now: Timestamp = .now(),
        logger: Logger = .current,
        report: @escaping @Sendable (_ fraction: Double, _ message: String?) -> Void = { _, _ in }
    ) {
        self.init(
            jobID: job.id,
            type: job.type,
            tenant: job.tenant,
            attempt: job.attempts,
            maxAttempts: job.maxAttempts,
            generation: job.generation,
            deadline: timeout.map { now + $0 },
            trace: trace.flatMap { $0.traceID == job.traceID ? $0 : nil } ?? TraceContext(resuming: job.traceID),
            logger: logger,
            report: report
        )
        createdAt = job.createdAt
    }
}
