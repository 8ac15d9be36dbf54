package import JobsysJSON

/// What handlers are added to: a worker, a tester of handlers, or a registry by itself.
public protocol HandlerCollection {
    /// The handlers, and the policies of types that have none here.
    var handlers: JobRegistry { get set }
}

extension HandlerCollection {
    /// Adds a handler, under its name and under former names whose jobs may still be waiting.
    ///
    /// A name that is taken stops the program: two handlers for one type are a mistake that must not reach a job.
    public mutating func register<Handler: JobHandler>(_ handler: Handler, aliases: [String] = [])
    where Handler.Output: Encodable {
        handlers.register(handler, aliases: aliases, isBrief: false)
    }

    /// Adds a handler whose successes have no result, under its name and under former names.
    ///
    /// A name that is taken stops the program.
    public mutating func register<Handler: JobHandler>(_ handler: Handler, aliases: [String] = [])
    where Handler.Output == Void {
        handlers.add(handler.name, aliases, handler.policy) { parameters, context in
            try await handler.run(parameters, in: context)
            return .null
        }
    }

    /// Adds a closure as the handler of a job type.
    ///
    /// ```swift
    /// worker.handle(.resize, policy: JobPolicy(timeout: .seconds(120))) { parameters, context in
    ///     ["width": 640]
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - name: The job type. One that has a handler already stops the program.
    ///   - aliases: Former names whose jobs may still be waiting.
    ///   - policy: How its jobs are retried, limited and kept.
    ///   - run: Runs a job once, as ``JobHandler/run(_:in:)`` does; what it returns is the result.
    public mutating func handle<Parameters, Output: Encodable & Sendable>(
        _ name: JobName<Parameters>,
        aliases: [String] = [],
        policy: JobPolicy = .standard,
        run: @escaping @Sendable (_ parameters: Parameters, _ context: JobContext) async throws -> Output
    ) {
        handlers.add(name, aliases, policy) { try await JobCoding.encodeOutput(run($0, $1)) }
    }

    /// Adds a closure whose successes have no result.
    ///
    /// - Parameters:
    ///   - name: The job type. One that has a handler already stops the program.
    ///   - aliases: Former names whose jobs may still be waiting.
    ///   - policy: How its jobs are retried, limited and kept.
    ///   - run: Runs a job once, as ``JobHandler/run(_:in:)`` does.
    public mutating func handle<Parameters>(
        _ name: JobName<Parameters>,
        aliases: [String] = [],
        policy: JobPolicy = .standard,
        run: @escaping @Sendable (_ parameters: Parameters, _ context: JobContext) async throws -> Void
    ) {
        handlers.add(name, aliases, policy) { parameters, context in
            try await run(parameters, context)
            return .null
        }
    }
}

/// Handlers by job type, and the policies of their types.
public struct JobRegistry: HandlerCollection, Sendable {
    /// The registry itself.
    public var handlers: JobRegistry {
        get { self }
        set { self = newValue }
    }

    /// What is known about one type.
    package struct Entry: Sendable {
        /// How its jobs are treated.
        package var policy: JobPolicy
        /// Whether a run takes but a moment of computing, however long it waits, and never blocks.
        package var isBrief: Bool
        /// Runs a job, and answers its result.
        package var run: @Sendable (_ payload: JSONValue, _ context: JobContext) async throws -> JSONValue
    }

    private var entries: [String: Entry] = [:]

    /// The policy that goes for messages of types that this worker does not know.
    public var defaultPolicy = JobPolicy.standard

    /// Makes an empty registry.
    public init() {}

    /// Adds a handler; a brief one shares the thread that the worker's calls to AWS are made on, which saves a tenth of what a
    /// small job costs.
    ///
    /// - Parameters:
    ///   - handler: The handler.
    ///   - aliases: Former names whose jobs may still be waiting.
    ///   - isBrief: Whether a run takes but a moment of computing, and never blocks. Said without reason, it holds up all
    ///     others, and the renewal of their leases.
    package mutating func register<Handler: JobHandler>(_ handler: Handler, aliases: [String] = [], isBrief: Bool)
    where Handler.Output: Encodable {
        add(handler.name, aliases, handler.policy, isBrief: isBrief) {
            try await JobCoding.encodeOutput(handler.run($0, in: $1))
        }
    }

    fileprivate mutating func add<Parameters>(
        _ name: JobName<Parameters>,
        _ aliases: [String],
        _ policy: JobPolicy,
        isBrief: Bool = false,
        _ run: @escaping @Sendable (Parameters, JobContext) async throws -> JSONValue
    ) {
        let entry = Entry(policy: policy, isBrief: isBrief) { payload, context in
            try await run(JobCoding.parameters(in: payload, as: Parameters.self), context)
        }
        for name in [name.description] + aliases {
            precondition(isJobTypeName(name), "\(name) cannot name a job type")
            precondition(entries[name] == nil, "there are two handlers for jobs of type \(name)")
            entries[name] = entry
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

    /// Has every run pass through a closure, which calls the handler or not.
    package mutating func intercept(
        _ interceptor:
            @escaping @Sendable (
                _ payload: JSONValue, _ context: JobContext,
                _ run: @Sendable (JSONValue, JobContext) async throws -> JSONValue
            ) async throws -> JSONValue
    ) {
        entries = entries.mapValues { entry in
            var changed = entry
            changed.run = { try await interceptor($0, $1, entry.run) }
            return changed
        }
    }

    /// What is known about a type; nil if nothing runs its jobs.
    package subscript(type: String) -> Entry? {
        entries[type]
    }
}

extension JobCoding {
    /// Writes a handler's output; one that cannot be written would not be at another attempt either.
    fileprivate static func encodeOutput(_ output: some Encodable) throws(JobFailure) -> JSONValue {
        do {
            return try encode(output)
        } catch let error as EncodingError {
            throw JobFailure(.validation, "the result cannot be written as JSON: \(error.finding)")
        } catch {
            throw JobFailure(.validation, "the result cannot be written as JSON: \(error)")
        }
    }
}
