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

    /// Reads a message's body; members that it does not know are passed over.
    ///
    /// - Throws: A `VALIDATION` failure that says what is wrong with it.
    public init(body: String) throws(JobFailure) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: Array(body.utf8))
        } catch {
            throw JobFailure(.validation, "the message is not JSON: \(error)")
        }
        guard let jobID = json["jobId"]?.stringValue.flatMap(JobID.init) else {
            throw JobFailure(.validation, "the message names no job: jobId must be a UUID")
        }
        guard let payloadHash = json["payloadHash"]?.stringValue else {
            throw JobFailure(.validation, "the message has no payloadHash, which must be a string")
        }
        guard let traceID = json["traceId"]?.stringValue.flatMap(TraceID.init) else {
            throw JobFailure(.validation, "the message has no traceId, which must be 32 hexadecimal digits")
        }
        guard let generation = json["generation"]?.intValue, generation >= 0 else {
            throw JobFailure(.validation, "the message has no generation, which must be a number from 0")
        }
        self.init(jobID: jobID, payloadHash: payloadHash, traceID: traceID, generation: generation)
    }
}
