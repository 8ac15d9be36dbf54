import JobsysAWS
import JobsysHandlers
import JobsysPropertyTestKit
import JobsysTime

/// An item that none of our services would write, in the table and in the indexes that they read.
struct HostileRecord: Sendable {
    /// What is wrong with it.
    enum Kind: String, Sendable, Hashable, CaseIterable {
        case unknownStatus = "a status that nobody knows"
        case newerVersion = "a newer version"
        case missingAttribute = "an attribute is missing"
        case wrongType = "an attribute of another type"
        case unknownClass = "a class of errors that nobody knows"
        case strangeJob = "a job with a key that is none"
        case strangeOrder = "a place in the timeline that is none"
        case strangeDueTime = "a due time that is none"
        case newerIncident = "an incident of a newer version"
        case damagedIncident = "an incident without an error"
        case strangeIncident = "a place among the incidents that is none"
        case strangeWorker = "a worker of a newer version, or without attributes"
        case strangeType = "a job type with attributes of other types"
    }

    let kind: Kind
    let item: DynamoDB.Item
    /// The job whose record it is; nil if it is none that a message could name.
    let job: String?

    /// Its key.
    var key: String { item["PK"]?.string ?? "" }
}

extension HostileRecord.Kind {
    /// What becomes of a message that names the record; nil if none can.
    var messageEnd: HostileMessage.End? {
        switch self {
        case .unknownStatus, .newerVersion: .incidents
        case .missingAttribute, .wrongType: .incident
        case .unknownClass: .run
        case .strangeJob, .strangeOrder, .strangeDueTime, .newerIncident, .damagedIncident, .strangeIncident,
            .strangeWorker, .strangeType:
            nil
        }
    }

    /// Whether a message that names it is done with at once.
    var isQuick: Bool { messageEnd == .incident }

    /// Makes a record of this kind.
    func record(at now: Timestamp, _ generator: inout SeededGenerator) -> HostileRecord {
        let id = JobID(at: now, using: &generator)
        var item = Self.job(id, at: now)
        switch self {
        case .unknownStatus:
            item["status"] = .s("ARCHIVED")
            // The reconciler finds it among the due ones, too.
            item["dueKey"] = .s("\(id.shard(of: 4))")
            item["dueSort"] = .s("\(now)#\(id)")
        case .newerVersion:
            item["version"] = .n(Int.random(in: 2...99, using: &generator))
        case .missingAttribute:
            let names = ["createdAt", "payload", "traceId", "attempts", "generation", "status", "tenant", "type"]
            item[names.randomElement(using: &generator) ?? ""] = nil
        case .wrongType:
            let wrong: [(String, DynamoDB.AttributeValue)] = [
                ("attempts", .s("none")), ("payload", .s("{")), ("createdAt", .s("yesterday")),
                ("failures", .s("many")),
                ("traceId", .n(1)), ("error", .l([])), ("version", .s("two")),
            ]
            if let (name, value) = wrong.randomElement(using: &generator) { item[name] = value }
        case .unknownClass:
            let error: DynamoDB.AttributeValue = .m([
                "class": .s("QUOTA"), "message": .s("no more for today"), "at": .s("\(now)"),
            ])
            item.merge(["status": .s("RETRYING"), "attempts": .n(1), "error": error, "failures": .l([error])]) { $1 }
        case .strangeJob:
            item["PK"] = .s("JOB#\(String(repeating: "x", count: Int.random(in: 1...80, using: &generator)))-\(id)")
        case .strangeOrder:
            item["timelineSort"] = .s(Bool.random(using: &generator) ? "\(now)" : "\(now)#\(id)#\(id)")
        case .strangeDueTime:
            item["dueKey"] = .s("\(Int.random(in: 0...3, using: &generator))")
            item["dueSort"] = .s(
                ["1999", "\(now)", "2000-13-45T99:99:99.999Z#\(id)"].randomElement(using: &generator) ?? ""
            )
        case .newerIncident, .damagedIncident, .strangeIncident:
            item = [
                "PK": .s("INCIDENT#\(id)#0"), "tenant": .s("default"), "incidentKey": .s("default"),
                "incidentSort": .s("\(now)#\(id)#0"),
            ]
            if self == .newerIncident { item["version"] = .n(99) }
            if self == .strangeIncident { item["incidentSort"] = .s("\(now)") }
        case .strangeWorker:
            item = ["PK": .s("WORKER#\(id)"), "kind": .s("WORKER"), "kindSort": .s("\(id)"), "seenAt": .s("\(now)")]
            if Bool.random(using: &generator) { item["version"] = .n(99) }
        case .strangeType:
            let wrong: DynamoDB.Item = ["offeredAt": .s("yesterday"), "rate": .s("many"), "concurrency": .n(-1)]
            item = ["PK": .s("TYPE#strange-\(id)"), "kind": .s("TYPE"), "kindSort": .s("strange-\(id)")]
            item.merge(wrong) { $1 }
        }
        let isJob = messageEnd != nil
        return HostileRecord(kind: self, item: item, job: isJob ? "\(id)" : nil)
    }

    /// The record of a good job, as our API writes it.
    private static func job(_ id: JobID, at now: Timestamp) -> DynamoDB.Item {
        [
            "PK": .s("JOB#\(id)"), "status": .s("PENDING"), "type": .s("transform"), "payload": .s(#"{"text":"x"}"#),
            "payloadHash": .s(strangeHash), "tenant": .s("default"), "generation": .n(0), "attempts": .n(0),
            "maxAttempts": .n(8), "traceId": .s("6920455e000000000000000000000000"), "createdAt": .s("\(now)"),
            "updatedAt": .s("\(now)"), "timelineKey": .s("default#\(now.day)#\(id.shard(of: 4))"),
            "timelineSort": .s("\(now)#\(id)"),
        ]
    }
}
