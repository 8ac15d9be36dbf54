import JobsysJSON
public import JobsysObservability

/// What the queue carries: the way to a job's record, never the job itself.
public struct JobMessage: Sendable, Hashable {
    /// The job to run.
    public var jobID: JobID
    /// The hash of the payload that was accepted.
    public var payloadHash: String
    /// The trace of the submission.
    public var traceID: TraceID
    /// The generation to run; a message of an older one is void.
    public var generation: Int

    /// Makes a message.
    public init(jobID: JobID, payloadHash: String, traceID: TraceID, generation: Int) {
        self.jobID = jobID
        self.payloadHash = payloadHash
        self.traceID = traceID
        self.generation = generation
    }

    /// The JSON text that goes into the queue.
    public var body: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("jobId", jobID.description)
        writer.member("payloadHash", payloadHash)
        writer.member("traceId", traceID.description)
        writer.member("generation", generation)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The version of the body that this code writes; a body that says none is of this one.
    static let version = 1

    /// Why a body cannot be read.
    public enum Unreadable: Error, Sendable, Hashable {
        /// A newer version has written it, as the text says.
        case newer(String)
        /// No version writes such a body; the failure is of class `VALIDATION` and says what is wrong with it.
        case malformed(JobFailure)

        fileprivate static func malformed(_ text: String) -> Unreadable {
            .malformed(JobFailure(.validation, text))
        }

        /// The failure of a message that nobody can read.
        public var failure: JobFailure {
            switch self {
            case .newer(let text): JobFailure(.unknown, text)
            case .malformed(let failure): failure
            }
        }
    }

    /// Reads a message's body; members that it does not know are passed over.
    public init(body: String) throws(Unreadable) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: Array(body.utf8))
        } catch {
            throw .malformed("the message is not JSON: \(error)")
        }
        if let version = json["version"]?.intValue, version > Self.version {
            throw .newer("the message is of version \(version), newer than \(Self.version)")
        }
        guard let jobID = json["jobId"]?.stringValue.flatMap(JobID.init) else {
            throw .malformed("the message names no job: jobId must be a UUID")
        }
        guard let payloadHash = json["payloadHash"]?.stringValue else {
            throw .malformed("the message has no payloadHash, which must be a string")
        }
        guard let traceID = json["traceId"]?.stringValue.flatMap(TraceID.init) else {
            throw .malformed("the message has no traceId, which must be 32 hexadecimal digits")
        }
        guard let generation = json["generation"]?.intValue, generation >= 0 else {
            throw .malformed("the message has no generation, which must be a number from 0")
        }
        self.init(jobID: jobID, payloadHash: payloadHash, traceID: traceID, generation: generation)
    }
}
