import JobsysHashing
public import JobsysObservability

/// A message whose job has failed for good, on its way to the dead-letter queue.
public struct DeadLetter: Sendable, Hashable {
    /// The text of the message that is given up.
    public var body: String
    /// Why it is given up.
    public var reason: Reason
    /// The sender's place in its trace.
    public var trace: TraceContext?
    /// The key that the message held up; nil if its queue keeps no order.
    public var orderingKey: String?
    /// What the whole body was, if ``body`` is its beginning only.
    public var whole: BodyDigest?

    /// Makes a dead letter.
    public init(body: String, reason: Reason, trace: TraceContext? = nil, orderingKey: String? = nil) {
        self.body = body
        self.reason = reason
        self.trace = trace
        self.orderingKey = orderingKey
    }

    /// Why a message was given up, and by whom.
    public struct Reason: Sendable, Hashable {
        /// What happened.
        public var failure: JobFailure
        /// The message that was given up, whose id the dead-letter queue does not keep.
        public var messageID: String
        /// The run that failed; nil if no job was claimed.
        ///
        /// A job that somebody claimed since is not touched.
        public var run: Run?

        /// Makes a reason.
        public init(failure: JobFailure, messageID: String, run: Run?) {
            self.failure = failure
            self.messageID = messageID
            self.run = run
        }
    }
}

extension DeadLetter {
    /// The letter for a queue that does not take it as it is: the beginning of its body, and of its failure's message.
    ///
    /// With its attributes it has less than 1 KiB, which is the least that a queue's longest message can be set to.
    ///
    /// Source: Amazon SQS API Reference, `SetQueueAttributes`, `MaximumMessageSize`.
    package var excerpt: DeadLetter {
        var letter = self
        letter.body = body.beginning(of: Self.excerptLimit)
        letter.whole = BodyDigest(body)
        letter.trace = nil
        letter.reason.failure = JobFailure(
            reason.failure.errorClass,
            reason.failure.message.beginning(of: Self.excerptLimit)
        )
        return letter
    }

    private static let excerptLimit = 160
}

/// What is kept of a body that is not kept whole.
public struct BodyDigest: Sendable, Hashable {
    /// How many bytes it has.
    public var bytes: Int
    /// Its SHA-256, in hexadecimal.
    public var sha256: String

    /// Makes a digest of known values.
    public init(bytes: Int, sha256: String) {
        self.bytes = bytes
        self.sha256 = sha256
    }

    /// Makes the digest of a body.
    public init(_ body: String) {
        self.init(bytes: body.utf8.count, sha256: SHA256.hexHash(body))
    }
}

extension String {
    /// As many whole characters from its start as have so many bytes at most; not empty unless it is empty.
    fileprivate func beginning(of limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var kept = ""
        var bytes = 0
        for scalar in unicodeScalars {
            bytes += UTF8.width(scalar)
            guard bytes <= limit else { break }
            kept.unicodeScalars.append(scalar)
        }
        return kept
    }
}
