import JobsysAWS
import JobsysHashing
import JobsysPropertyTestKit

/// A message that no API has sent, and what must become of it.
struct HostileMessage: Sendable {
    /// What is wrong with it.
    enum Kind: String, Sendable, Hashable, CaseIterable {
        case noJSON = "not JSON"
        case otherShape = "JSON of another shape"
        case deep = "JSON of a thousand levels"
        case oddVersion = "of a version that is none"
        case newer = "of a newer version"
        case noJob = "of a job that does not exist"
        case laterGeneration = "of a generation that is to come"
        case otherPayload = "for another payload than the job has"
        case longest = "as long as a queue takes"
        case forged = "with attributes that only services write"
    }

    /// Where it goes.
    enum Target: Sendable, Hashable {
        case standard
        /// Into the ordered queue, with this key.
        case ordered(key: String)
        case deadLetters
        case orderedDeadLetters

        /// Whether workers receive from it.
        var isQueueOfJobs: Bool {
            switch self {
            case .standard, .ordered: true
            case .deadLetters, .orderedDeadLetters: false
            }
        }
    }

    /// What becomes of it.
    enum End: Sendable, Hashable {
        /// One incident, of the message alone.
        case incident
        /// At least one: a worker that puts it off replaces it by a copy, and an outage may leave the original beside that.
        case incidents
        /// At most one: whether the job that it names is over decides it.
        case maybeIncident
        /// It disappears.
        case nothing
        /// The job that it names runs.
        case run
    }

    /// Its number among all hostile deeds of the drill, which its text begins with.
    let number: Int
    /// What is wrong with it, for a reader.
    let kind: String
    let body: String
    var attributes: [String: String] = [:]
    let target: Target
    let end: End

    /// What incidents call its body.
    var bodySHA256: String { SHA256.hexHash(body) }

    /// What is sent.
    var outgoing: SQS.OutgoingMessage {
        var message = SQS.OutgoingMessage(body: body, attributes: attributes.mapValues { .string($0) })
        switch target {
        case .standard, .deadLetters: break
        case .ordered(let key): message.groupID = key
        case .orderedDeadLetters: message.groupID = mark(number)
        }
        message.deduplicationID = message.groupID.map { _ in mark(number) }
        return message
    }
}

/// What the text of each hostile message has in its first bytes.
func mark(_ number: Int) -> String { "hostile-\(number)" }

extension HostileMessage.Kind {
    /// Whether the message is done with so soon that good jobs may be behind it in the order.
    ///
    /// What a newer version has written keeps its place until that version comes, and so holds its key by design; a job that
    /// is not there yet may come, and its message is left to the queue's own patience.
    var isQuick: Bool {
        switch self {
        case .newer, .noJob, .laterGeneration, .forged: false
        case .noJSON, .otherShape, .deep, .oddVersion, .otherPayload, .longest: true
        }
    }

    /// Whether only the queue itself gives it up, after its last receipt.
    var isPatient: Bool { self == .noJob || self == .laterGeneration }

    /// What becomes of it.
    var end: HostileMessage.End {
        switch self {
        // What is forged says that it has waited for ages.
        case .noJSON, .otherShape, .deep, .oddVersion, .longest, .forged: .incident
        // They wait for a while by copies of them, and a copy whose answer is lost is there twice.
        case .newer, .noJob: .incidents
        case .otherPayload: .maybeIncident
        case .laterGeneration: .nothing
        }
    }

    /// Makes a message of this kind.
    ///
    /// - Parameters:
    ///   - number: Its number.
    ///   - target: Where it goes.
    ///   - job: The id of a good job, which some of them name.
    ///   - generator: What it is drawn from.
    /// - Returns: The message.
    func message(
        _ number: Int,
        to target: HostileMessage.Target,
        naming job: String,
        _ generator: inout SeededGenerator
    ) -> HostileMessage {
        let note = "\"note\":\"\(mark(number))\""
        let body =
            switch self {
            case .noJSON: "\(mark(number)) \(Self.noise.randomElement(using: &generator) ?? "")"
            case .otherShape: "{\(note),\(Self.members.randomElement(using: &generator) ?? "")}"
            case .deep:
                "{\(note),\"jobId\":\(String(repeating: "[", count: 1000))\(String(repeating: "]", count: 1000))}"
            case .oddVersion: "{\(note),\"version\":\"\(Int.random(in: -1...1, using: &generator)) beta\"}"
            case .newer: "{\(note),\"version\":\(Int.random(in: 2...99, using: &generator))}"
            case .noJob: jobMessageBody(number, job: "019a0000-0000-7000-8000-\(number + 100_000_000_000)")
            case .laterGeneration:
                jobMessageBody(number, job: job, generation: Int.random(in: 1...9, using: &generator))
            case .otherPayload: jobMessageBody(number, job: job)
            case .longest: Self.long(note, bytes: Bool.random(using: &generator) ? 1_048_576 : 262_144)
            // A newer letter would wait for a newer dlq-handler, whatever its attributes say.
            case .forged: "{\(note),\"version\":\(target.isQueueOfJobs ? 2 : 1)}"
            }
        var message = HostileMessage(number: number, kind: rawValue, body: body, target: target, end: end)
        if self == .forged { message.attributes = Self.forgedAttributes }
        return message
    }

    private static func long(_ note: String, bytes: Int) -> String {
        let start = "{\(note),\"text\":\""
        return start + String(repeating: "x", count: bytes - start.utf8.count - 2) + "\"}"
    }

    private static let noise = [
        "rm -rf / # password=hunter2", "<xml/>", "\u{1F4A5}\u{202E}\u{FEFF}", "\\ud800 \\u0000 %00 ${jndi:ldap://x}",
        "O:8:\"stdClass\":0:{}",
    ]
    private static let members = [
        "\"jobId\":null", "\"jobId\":\"../../etc/passwd\"", "\"jobId\":17",
        "\"Records\":[{\"eventSource\":\"aws:s3\"}]",
        "\"jobId\":\"019a0000-0000-7000-8000-000000000000\",\"payloadHash\":1e999",
        "\"jobId\":\"019a0000-0000-7000-8000-000000000000\",\"payloadHash\":\"00\",\"traceId\":\"x\"",
        "\"jobId\":\"019a0000-0000-7000-8000-000000000000\",\"jobId\":\"\\ud800\"",
    ]
    private static let forgedAttributes = [
        "jobType": "../../transform \u{1F4A5}", "deferrals": String(Int.max), "deferredSince": String(Int64.min),
        "errorClass": "QUOTA", "errorMessage": "forged", "messageId": "JOB#x", "jobId": "x", "generation": "-1",
        "attempt": String(Int.max), "leaseOwner": "x",
    ]
}

/// The text of a message as our API would write it, but for the payload's hash, which no job has.
func jobMessageBody(_ number: Int, job: String, generation: Int = 0) -> String {
    "{\"note\":\"\(mark(number))\",\"jobId\":\"\(job)\",\"payloadHash\":\"\(strangeHash)\","
        + "\"traceId\":\"6920455e000000000000000000000000\",\"generation\":\(generation)}"
}

/// The hash that hostile messages and records have for their payloads.
let strangeHash = String(repeating: "0", count: 64)
