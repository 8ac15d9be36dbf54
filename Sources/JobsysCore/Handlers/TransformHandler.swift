package import JobsysHandlers
import JobsysHashing
package import JobsysJSON

/// Turns a text into upper case, with its hash and length: work that is easy to check.
package struct TransformHandler: JobHandler {
    private let clock: any Clock<Duration>

    /// Makes the handler; `clock` is what `sleepMs` waits by.
    package init(clock: any Clock<Duration> = ContinuousClock()) {
        self.clock = clock
    }

    /// The job type `transform`.
    package let name = JobName<JSONValue>("transform")

    /// Waits for `sleepMs`, then answers the upper-cased text, the SHA-256 of the text's UTF-8 and its length in bytes.
    ///
    /// The parameters are read by hand: `Decodable` ones would cost some microseconds a job.
    package func run(_ parameters: JSONValue, in context: JobContext) async throws -> JSONValue {
        guard let text = parameters["text"]?.stringValue else {
            throw JobFailure(.validation, "the payload does not fit: /text must be a string")
        }
        if let sleepMs = parameters["sleepMs"], !sleepMs.isNull {
            guard let milliseconds = sleepMs.intValue else {
                throw JobFailure(.validation, "the payload does not fit: /sleepMs must be a whole number")
            }
            try await clock.pause(milliseconds: milliseconds)
        }
        return [
            "text": .string(text.uppercased()),
            "sha256": .string(SHA256.hexHash(text)),
            "length": .number(JSONNumber(text.utf8.count)),
        ]
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
