import JobsysHashing
public import JobsysJSON

/// Turns a text into upper case, with its hash and length: work that is easy to check.
public struct TransformHandler: JobHandler {
    private let clock: any Clock<Duration>

    /// Makes the handler; `clock` is what `sleepMs` waits by.
    public init(clock: any Clock<Duration> = ContinuousClock()) {
        self.clock = clock
    }

    /// The job type `transform`.
    public let name = JobName<Payload>("transform")

    /// The longest text is transformed in a moment.
    public var isBrief: Bool { true }

    /// What a `transform` job is given.
    public struct Payload: JobPayload {
        /// The text to transform.
        public var text: String
        /// How long to work at it, in milliseconds.
        public var sleepMs: Int?

        /// Reads it by hand: a payload may be `Decodable` instead, at the price of some microseconds a job.
        public init(json: JSONValue) throws(JobFailure) {
            guard let text = json["text"]?.stringValue else {
                throw JobFailure(.validation, "the payload does not fit: /text must be a string")
            }
            self.text = text
            guard let sleepMs = json["sleepMs"], !sleepMs.isNull else { return }
            guard let milliseconds = sleepMs.intValue else {
                throw JobFailure(.validation, "the payload does not fit: /sleepMs must be a whole number")
            }
            self.sleepMs = milliseconds
        }
    }

    /// Waits for `sleepMs`, then answers the upper-cased text, the SHA-256 of the text's UTF-8 and its length in bytes.
    public func run(_ payload: Payload, in context: JobContext) async throws -> JobOutcome {
        try await clock.pause(milliseconds: payload.sleepMs)
        let text = payload.text
        return .succeeded([
            "text": .string(text.uppercased()),
            "sha256": .string(SHA256.hexHash(text)),
            "length": .number(JSONNumber(text.utf8.count)),
        ])
    }
}

extension Clock where Duration == Swift.Duration {
    /// Sleeps for a payload's `sleepMs`, which may be absent and must be from 0 to an hour.
    func pause(milliseconds: Int?) async throws {
        guard let milliseconds else { return }
        guard (0...3_600_000).contains(milliseconds) else {
            throw JobFailure(.validation, "/sleepMs must be from 0 to 3600000")
        }
        try await sleep(for: .milliseconds(milliseconds))
    }
}
