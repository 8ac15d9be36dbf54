import JobsysHandlers
public import JobsysJSON
public import JobsysTime

/// A job as it was when `svc-api` was asked.
public struct JobSnapshot: Sendable, Hashable {
    /// The job.
    public let id: JobID
    /// Which handler runs it.
    public let type: String
    /// Where it stands.
    public let status: Status
    /// How many attempts were started.
    public let attempts: Int
    /// How many attempts there may be.
    public let maxAttempts: Int
    /// How often the job was redriven.
    public let generation: Int
    /// When it was accepted; nil if the answer does not say.
    public let createdAt: Timestamp?
    /// When it became final.
    public let finishedAt: Timestamp?
    /// The failure of the latest attempt.
    public let failure: JobFailure?
    /// What the handler returned; lists leave it out, and so do answers to a key without the scope `payload:read`.
    public let result: JSONValue?
    /// Whether no worker was known to offer the job's type.
    public let hasNoWorker: Bool
    /// All that the service answered, members that this version does not know included.
    public let document: JSONValue

    /// Where a job stands; a newer service may know more than these.
    public struct Status: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        /// The status as the service calls it.
        public let rawValue: String

        /// Makes a status of any name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// Accepted, waiting for others of its workflow.
        public static let waiting = Status(rawValue: "WAITING")
        /// Accepted, to start at a later time.
        public static let scheduled = Status(rawValue: "SCHEDULED")
        /// Accepted, waiting for a worker.
        public static let pending = Status(rawValue: "PENDING")
        /// Held by a worker.
        public static let running = Status(rawValue: "RUNNING")
        /// Failed in a way that may pass; waiting for its next attempt.
        public static let retrying = Status(rawValue: "RETRYING")
        /// Done, with a result.
        public static let succeeded = Status(rawValue: "SUCCEEDED")
        /// Given up.
        public static let failedFinal = Status(rawValue: "FAILED_FINAL")
        /// Withdrawn.
        public static let cancelled = Status(rawValue: "CANCELLED")

        /// Whether nothing more will happen to the job unless it is redriven.
        public var isFinal: Bool { [.succeeded, .failedFinal, .cancelled].contains(self) }

        /// The name.
        public var description: String { rawValue }
    }

    /// Reads a job; nil if the document is none.
    init?(_ document: JSONValue) {
        guard let id = document["jobId"]?.stringValue.flatMap(JobID.init), let type = document["type"]?.stringValue,
            let status = document["status"]?.stringValue
        else { return nil }
        self.id = id
        self.type = type
        self.status = Status(rawValue: status)
        attempts = document["attempts"]?.intValue ?? 0
        maxAttempts = document["maxAttempts"]?.intValue ?? 0
        generation = document["generation"]?.intValue ?? 0
        createdAt = document["createdAt"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        finishedAt = document["finishedAt"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        failure = document["error"]
            .map { error in
                JobFailure(
                    ErrorClass(rawValue: error["class"]?.stringValue ?? ErrorClass.unknown.rawValue),
                    error["message"]?.stringValue ?? ""
                )
            }
        result = document["result"]
        hasNoWorker = document["noWorker"] == true
        self.document = document
    }

    /// The result as a type of your own.
    ///
    /// - Parameter type: The type; dates are read as ISO 8601.
    /// - Returns: The result; of a handler that returns none, what the type makes of null.
    /// - Throws: ``JobClientError`` for the result of a job that has one which was not shown; what decoding throws.
    public func result<Value: Decodable>(as type: Value.Type) throws -> Value {
        guard result != nil || status != .succeeded else {
            let text =
                "the job has succeeded, but its result is not shown: that takes a key with the scope payload:read"
            throw JobClientError(.denied, text)
        }
        return try JobCoding.decode(type, from: result ?? .null)
    }
}
