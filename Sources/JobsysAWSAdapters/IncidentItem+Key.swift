import JobsysAWS
import JobsysCore

extension IncidentItem {
    /// Reads an incident, and what it is about from its key.
    static func incident(from item: Item) throws(UnreadableRecord) -> Incident {
        let reader = ItemReader(item: item)
        guard let id = Incident.ID(partitionKey: try reader.string(JobItem.partitionKey)) else {
            throw reader.malformed(JobItem.partitionKey, "the key of an incident")
        }
        return try incident(id, from: item)
    }
}

extension Incident.ID {
    /// Reads the key that ``IncidentItem/key(of:)`` makes; nil for anything else.
    init?(partitionKey: String) {
        let parts = partitionKey.split(separator: "#", maxSplits: 2).map(String.init)
        guard parts.count == 3, parts[0] == "INCIDENT" else { return nil }
        if parts[1] == "message" {
            self = .message(parts[2])
        } else {
            guard let job = JobID(parts[1]), let generation = Int(parts[2]) else { return nil }
            self = .job(job, generation: generation)
        }
    }
}
