import JobsysAWS
public import JobsysCore

/// How the reason of a dead letter travels: as attributes of the message.
///
/// They are strings, so that the console and every other consumer can read them.
public enum DeadLetterAttributes {
    static let errorClass = "errorClass"
    static let errorMessage = "errorMessage"
    static let messageID = "messageId"
    static let jobID = "jobId"
    static let generation = "generation"
    static let attempt = "attempt"
    static let leaseOwner = "leaseOwner"

    static let bodyBytes = "bodyBytes"
    static let bodySHA256 = "bodySHA256"

    /// The attributes that say why a message is given up, and what its body was if that is cut.
    static func attributes(of letter: DeadLetter) -> [String: SQS.MessageAttribute] {
        let reason = letter.reason
        var texts = [
            errorClass: reason.failure.errorClass.rawValue,
            errorMessage: reason.failure.message,
            messageID: reason.messageID,
        ]
        if let run = reason.run {
            texts[jobID] = run.jobID.description
            texts[generation] = String(run.generation)
            texts[attempt] = String(run.attempt)
            texts[leaseOwner] = run.owner
        }
        if let whole = letter.whole {
            texts[bodyBytes] = String(whole.bytes)
            texts[bodySHA256] = whole.sha256
        }
        return texts.mapValues { .string($0) }
    }

    /// Reads what attributes say about a letter, by their names and texts; what is missing or malformed is left as it is.
    public static func read(_ texts: [String: String], into delivery: inout Delivery) {
        delivery.jobType = texts[JobAttributes.jobType] ?? delivery.jobType
        delivery.deadLetterReason = reason(in: texts)
        if let sha256 = texts[bodySHA256], let bytes = texts[bodyBytes].flatMap({ Int($0) }) {
            delivery.wholeBody = BodyDigest(bytes: bytes, sha256: sha256)
        }
    }

    /// Reads the reason that a worker gave, by the attributes' names and texts; nil if none gave one.
    static func reason(in texts: [String: String]) -> DeadLetter.Reason? {
        guard let errorClass = texts[errorClass].map(ErrorClass.init(rawValue:)), let messageID = texts[messageID]
        else {
            return nil
        }
        let failure = JobFailure(errorClass, texts[errorMessage] ?? "")
        return DeadLetter.Reason(failure: failure, messageID: messageID, run: run(in: texts))
    }

    private static func run(in texts: [String: String]) -> Run? {
        guard let jobID = texts[jobID].flatMap({ JobID($0) }), let owner = texts[leaseOwner],
            let generation = texts[generation].flatMap({ Int($0) }), let attempt = texts[attempt].flatMap({ Int($0) })
        else { return nil }
        return Run(jobID: jobID, generation: generation, attempt: attempt, owner: owner)
    }
}
