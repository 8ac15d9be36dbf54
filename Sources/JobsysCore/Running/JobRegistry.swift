import JobsysJSON

/// The handlers of a worker, by job type, and the policies of their types.
public struct JobRegistry: Sendable {
    private struct Entry {
        var policy: JobPolicy
        var isBrief: Bool
        var run: @Sendable (JSONValue, JobContext) async throws -> JobOutcome
    }

    private var entries: [String: Entry] = [:]

    /// The policy that goes for messages of types that this worker does not know.
    public var defaultPolicy = JobPolicy.standard

    /// Makes an empty registry.
    public init() {}

    /// Adds a handler, under its name and under former names whose jobs may still be waiting.
    ///
    /// A name that is taken stops the program: two handlers for one type are a mistake that must not reach a job.
    public mutating func register<Handler: JobHandler>(_ handler: Handler, aliases: [String] = []) {
        for name in [handler.name.description] + aliases {
            precondition(entries[name] == nil, "there are two handlers for jobs of type \(name)")
            entries[name] = Entry(policy: handler.policy, isBrief: handler.isBrief) { payload, context in
                try await handler.run(readPayload(payload, as: Handler.Payload.self), in: context)
            }
        }
    }

    /// The job types that can be run, sorted.
    public var types: [String] {
        entries.keys.sorted()
    }

    /// Whether jobs of this type can be run.
    public func offers(_ type: String) -> Bool {
        entries[type] != nil
    }

    /// How jobs of this type are treated.
    public func policy(ofType type: String) -> JobPolicy {
        entries[type]?.policy ?? defaultPolicy
    }

    /// Changes the policies of all types, ``defaultPolicy`` included, as a worker's settings may.
    public mutating func changePolicies(_ change: (_ type: String?, inout JobPolicy) -> Void) {
        change(nil, &defaultPolicy)
        for type in types {
            guard var entry = entries[type] else { continue }
            change(type, &entry.policy)
            entries[type] = entry
        }
    }

    /// Where a job of this type runs: beside the worker's own work if it is brief.
    func executor(forType type: String) -> (any TaskExecutor)? {
        entries[type]?.isBrief == true ? Workplace.executor : globalConcurrentExecutor
    }

    /// Runs a job; whatever it throws becomes an outcome.
    package func run(_ job: Job) async -> JobOutcome {
        guard let entry = entries[job.type] else {
            return .failed(JobFailure(.unknown, "no handler runs jobs of type \(job.type)"))
        }
        let outcome: JobOutcome
        do {
            outcome = try await entry.run(job.payload, JobContext(job)).checked
        } catch let failure as JobFailure {
            outcome = .failed(failure)
        } catch {
            outcome = .failed(JobFailure(.unknown, "the handler threw \(type(of: error)): \(error)"))
        }
        // Whatever a handler says once it was told to stop, but that the work is done, says nothing about the job.
        if case .succeeded = outcome { return outcome }
        return Task.isCancelled ? .interrupted : outcome
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
    /// The outcome, as far as a handler can bring it about: a result that can be kept, or a failure.
    fileprivate var checked: JobOutcome {
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
        case .interrupted, .leaseLost, .cancelled:
            // Taken at its word where nobody told it to stop, it would run for ever without an attempt counted.
            return .failed(JobFailure(.unknown, "the handler says \(self), but nobody told it to stop"))
        case .failed:
            return self
        }
    }
}
