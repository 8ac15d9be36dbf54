import JobsysJSON

/// The handlers of a worker, by job type.
public struct JobRegistry: Sendable {
    private struct Entry {
        var timeout: Duration?
        var isBrief: Bool
        var run: @Sendable (JSONValue, JobContext) async throws -> JobOutcome
    }

    private var entries: [String: Entry] = [:]

    /// Makes an empty registry.
    public init() {}

    /// Adds a handler, under its name and under former names whose jobs may still be waiting.
    ///
    /// A name that is taken stops the program: two handlers for one type are a mistake that must not reach a job.
    public mutating func register<Handler: JobHandler>(_ handler: Handler, aliases: [String] = []) {
        for name in [handler.name.description] + aliases {
            precondition(entries[name] == nil, "there are two handlers for jobs of type \(name)")
            entries[name] = Entry(timeout: handler.timeout, isBrief: handler.isBrief) { payload, context in
                try await handler.run(readPayload(payload, as: Handler.Payload.self), in: context)
            }
        }
    }

    /// The job types that can be run, sorted.
    public var types: [String] {
        entries.keys.sorted()
    }

    /// How long an attempt at a job of this type may take; nil if there is no limit.
    func timeout(ofType type: String) -> Duration? {
        entries[type]?.timeout
    }

    /// Where a job of this type runs: beside the worker's own work if it is brief.
    func executor(forType type: String) -> (any TaskExecutor)? {
        entries[type]?.isBrief == true ? Workplace.executor : globalConcurrentExecutor
    }

    /// Runs a job; whatever it throws becomes an outcome.
    package func run(_ job: Job) async -> JobOutcome {
        guard let entry = entries[job.type] else {
            return .failed(JobFailure(.validation, "no handler runs jobs of type \(job.type)"))
        }
        do {
            let outcome = try await entry.run(job.payload, JobContext(job))
            return outcome.asAHandlerMay
        } catch let failure as JobFailure where !Task.isCancelled {
            return .failed(failure)
        } catch  where Task.isCancelled {
            // Whatever a handler throws once it was told to stop says nothing about the job.
            return .interrupted
        } catch {
            return .failed(JobFailure(.unknown, "the handler threw \(type(of: error)): \(error)"))
        }
    }
}

private func readPayload<Payload: JobPayload>(_ json: JSONValue, as type: Payload.Type) throws -> Payload {
    do {
        return try Payload(json: json)
    } catch let failure as JobFailure {
        throw failure
    } catch {
        throw JobFailure(.validation, "the payload does not fit: \(error)")
    }
}

extension JobOutcome {
    /// The outcome, as far as a handler may say so.
    fileprivate var asAHandlerMay: JobOutcome {
        switch self {
        case .succeeded(let result):
            // A result that cannot be recorded, or not be read again, would be so at every attempt.
            let bytes = result.serialized()
            guard bytes.count <= Submission.resultLimit else {
                let message =
                    "the result has \(bytes.count) bytes, more than the \(Submission.resultLimit) that are kept"
                return .failed(JobFailure(.validation, message))
            }
            do {
                _ = try JSONValue(parsing: bytes)
                return self
            } catch {
                return .failed(JobFailure(.validation, "the result cannot be read again: \(error)"))
            }
        case .interrupted where !Task.isCancelled, .leaseLost, .cancelled:
            // Taken at its word, it would run for ever without an attempt counted.
            return .failed(JobFailure(.unknown, "the handler says \(self), but nobody told it to stop"))
        case .failed, .interrupted:
            return self
        }
    }
}
