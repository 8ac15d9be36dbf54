import JobsysAWSTestKit
import JobsysJSON
import Synchronization

/// Has the dead-letter queues refuse letters, as SQS refuses those that are too long: those that are, and some of those that
/// workers make of hostile messages.
///
/// A letter of a good job is never refused: it has less than 1 KiB, which every queue takes.
final class LetterRefusals: Sendable {
    private let queues: Set<String>
    private let plan: HostilePlan
    private let refused = Mutex<[Int: Int]>([:])

    init(_ plan: HostilePlan, by queues: [Queue]) {
        self.plan = plan
        self.queues = Set(queues.map(\.url))
    }

    /// How many letters were refused so far, excerpts included.
    var count: Int { refused.withLock { $0.values.reduce(0, +) } }

    /// What is left of a call to a queue: nil if it is all of it.
    struct Remainder: Sendable {
        /// The body of the call for those that are not refused; nil if there are none.
        var body: [UInt8]?
        /// The entries of a batch that are refused, as its answer has them; empty if the call was no batch.
        var failures: [JSONValue] = []
    }

    /// Takes what is refused out of a call.
    func remainder(of request: ReceivedRequest, _ operation: String) -> Remainder? {
        guard operation.hasPrefix("SendMessage"), let call = try? JSONValue(parsing: request.body),
            let url = call["QueueUrl"]?.stringValue, queues.contains(url)
        else { return nil }
        guard let entries = call["Entries"]?.arrayValue else { return refuses(call) ? Remainder() : nil }
        let isRefused = entries.map(refuses)
        guard isRefused.contains(true) else { return nil }
        let rest = zip(entries, isRefused).filter { !$0.1 }.map(\.0)
        let failures = zip(entries, isRefused).filter(\.1)
            .map { entry, _ -> JSONValue in
                [
                    "Id": entry["Id"] ?? "", "SenderFault": true, "Code": .string(Self.code), "Message": "drill",
                ]
            }
        guard !rest.isEmpty, var members = call.objectValue else { return Remainder(failures: failures) }
        members["Entries"] = .array(rest)
        return Remainder(body: Array(JSONValue.object(members).serializedString.utf8), failures: failures)
    }

    /// Source: SQS API Reference, `SendMessage`, Errors.
    static let code = "InvalidParameterValue"

    /// Adds refused entries to the answer to what was left of a batch.
    static func merge(_ failures: [JSONValue], into answer: Script) -> Script {
        guard !failures.isEmpty, case .respond(200, let headers, let body) = answer,
            var members = (try? JSONValue(parsing: body))?.objectValue
        else { return answer }
        members["Failed"] = .array((members["Failed"]?.arrayValue ?? []) + failures)
        return .respond(200, headers: headers, text: JSONValue.object(members).serializedString)
    }

    private func refuses(_ entry: JSONValue) -> Bool {
        let body = entry["MessageBody"]?.stringValue ?? ""
        guard let number = body.prefix(64).firstMatch(of: /hostile-(\d+)/).flatMap({ Int($0.1) }) else { return false }
        let isTooLong = body.utf8.count + attributeBytes(entry) > Self.longest
        return refused.withLock { refused in
            let count = refused[number, default: 0]
            guard isTooLong || count < plan.letterRefusals(of: number) else { return false }
            refused[number] = count + 1
            return true
        }
    }

    private func attributeBytes(_ entry: JSONValue) -> Int {
        (entry["MessageAttributes"]?.objectValue ?? [:]).members
            .reduce(0) { sum, member in
                let texts = [
                    member.key, member.value["DataType"]?.stringValue, member.value["StringValue"]?.stringValue,
                ]
                return sum + texts.compactMap { $0?.utf8.count }.reduce(0, +)
            }
    }

    /// Source: Amazon SQS Developer Guide, "Amazon SQS message quotas": 1 MiB, attributes included.
    private static let longest = 1_048_576
}
