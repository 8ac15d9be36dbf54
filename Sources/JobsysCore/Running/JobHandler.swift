import FoundationEssentials
public import JobsysJSON

/// The code that runs jobs of one type.
///
/// At least once, not exactly once: a worker may die after the work and before the record of it, and then the job runs
/// again. A handler must stand that, by being idempotent or by using ``JobContext/jobID`` as a key downstream.
public protocol JobHandler: Sendable {
    /// What the handler is given, decoded from the job's payload.
    associatedtype Payload: JobPayload

    /// The job type.
    var name: JobName<Payload> { get }

    /// How its jobs are retried, limited and kept; ``JobPolicy/standard`` by default.
    var policy: JobPolicy { get }

    /// Whether a run takes but a moment of computing, however long it waits, and never blocks its thread; no by default.
    ///
    /// Then it shares the thread that the worker's calls to AWS are made on, which saves a tenth of what a small job costs.
    /// A handler that says so without reason holds up all others, and the renewal of their leases.
    var isBrief: Bool { get }

    /// Runs a job once.
    ///
    /// A thrown ``JobFailure`` counts as returned; any other error is of class `UNKNOWN`. When the task is cancelled the
    /// worker is stopping, has lost its lease, or the job's time is up: return or throw soon. All but a success is then an
    /// interruption, which costs no attempt. A handler that goes on all the same holds up the worker's stop, and what
    /// it returns is recorded only if the lease is still its own.
    func run(_ payload: Payload, in context: JobContext) async throws -> JobOutcome
}

extension JobHandler {
    /// The standard one.
    public var policy: JobPolicy { .standard }

    /// No.
    public var isBrief: Bool { false }
}

/// A job type's name, with the type of its payload.
public struct JobName<Payload: JobPayload>: Sendable, Hashable, CustomStringConvertible {
    /// The name, as clients send it in `type`.
    public let description: String

    /// Makes a name; 1 to 64 of `a-z`, `0-9`, `.`, `_` and `-`, a letter first.
    public init(_ name: String) {
        precondition(isJobTypeName(name), "\(name) cannot name a job type")
        description = name
    }
}

/// Something that can be read from a job's payload.
public protocol JobPayload: Sendable {
    /// Reads it.
    ///
    /// - Throws: Any error; the job then fails with class `VALIDATION` and is not tried again.
    init(json: JSONValue) throws
}

extension JobPayload where Self: Decodable {
    /// Reads it by its `Decodable` conformance.
    public init(json: JSONValue) throws {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(json.serialized()))
        } catch let error as DecodingError {
            throw JobFailure(.validation, "the payload does not fit: \(error.finding)")
        }
    }
}

extension JSONValue: JobPayload {
    /// Takes the payload as it is.
    public init(json: JSONValue) {
        self = json
    }
}

extension DecodingError {
    /// Where and what, without Foundation's debug text.
    fileprivate var finding: String {
        switch self {
        case .keyNotFound(let key, let context): "\(context.pointer.appending(key.stringValue)) is missing"
        case .typeMismatch(let type, let context): "\(context.place) must be of type \(type)"
        case .valueNotFound(let type, let context): "\(context.place) must be of type \(type), not null"
        // The debug text would quote the payload, which may hold secrets.
        case .dataCorrupted(let context): "\(context.place) has a value that cannot be used"
        @unknown default: "it cannot be decoded"
        }
    }
}

extension DecodingError.Context {
    /// The pointer; the root's is empty and says nothing to a reader.
    fileprivate var place: String {
        pointer == .root ? "it" : "\(pointer)"
    }

    fileprivate var pointer: JSONPointer {
        codingPath.reduce(.root) { pointer, key in
            key.intValue.map { pointer.appending($0) } ?? pointer.appending(key.stringValue)
        }
    }
}
