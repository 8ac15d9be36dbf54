import JobsysAWS
import JobsysCore

/// An index of the table that is a list, ordered by time.
struct ListIndex: Sendable {
    /// The index's name.
    var name: String
    /// The attribute that names the list.
    var partitionKey: String
    /// The attribute that orders it.
    var sortKey: String

    /// All jobs.
    static let timeline = ListIndex(
        name: "timeline",
        partitionKey: JobItem.timelineKey,
        sortKey: JobItem.timelineSort
    )

    /// The open incidents.
    static let incidents = ListIndex(
        name: "incidents",
        partitionKey: IncidentItem.openKey,
        sortKey: IncidentItem.openSort
    )

    /// The jobs of tenants other than the default one, and their open incidents.
    static let tenant = ListIndex(
        name: "tenant",
        partitionKey: JobItem.tenantKey,
        sortKey: JobItem.tenantSort
    )

    /// Reads a key from what the index holds.
    func key(of item: Item) throws(UnreadableRecord) -> IndexKey {
        let reader = ItemReader(item: item)
        guard let position = ListPosition(try reader.string(sortKey)) else {
            throw reader.malformed(sortKey, "a time and an id")
        }
        return IndexKey(partitionKey: try reader.string(JobItem.partitionKey), position: position)
    }
}
