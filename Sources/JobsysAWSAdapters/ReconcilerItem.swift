import JobsysAWS
import JobsysCore
import JobsysTime

/// The layout of the two items that the reconcilers share: who leads, and how far the leader has come.
enum ReconcilerItem {
    static let leadKey: Item = [JobItem.partitionKey: .s("RECONCILER#LEAD")]
    static let checkpointKey: Item = [JobItem.partitionKey: .s("RECONCILER#CHECKPOINT")]
    static let places = "places"
    static let watches = "watches"

    static func item(of checkpoint: ReconcilerCheckpoint) -> Item {
        var item = checkpointKey
        item[places] = .l(checkpoint.places.map { .s(text(of: $0)) })
        // As short as can be: thousands of them are written at once.
        item[watches] = .l(checkpoint.watches.map { .s("\($0) \($1.checks) \($1.nextCheck.milliseconds)") })
        return item
    }

    /// Reads a checkpoint; nil if it cannot be read, or is of another number of shards, which is as good as none.
    static func checkpoint(from item: Item, shards: Int) -> ReconcilerCheckpoint? {
        guard let places = item[places]?.list?.compactMap({ $0.string.flatMap(place) }), places.count == shards,
            let texts = item[watches]?.list
        else { return nil }
        let watches = texts.compactMap { $0.string.flatMap(watch) }
        guard watches.count == texts.count else { return nil }
        return ReconcilerCheckpoint(places: places, watches: Dictionary(watches) { first, _ in first })
    }

    /// A place as a sort key of the timeline: that of the job before it, or the beginning of an instant's.
    static func text(of place: TimelinePlace) -> String {
        place.id.map { "\(place.createdAt)#\($0)" } ?? place.createdAt.description
    }

    /// Reads a place from a sort key.
    static func place(_ text: String) -> TimelinePlace? {
        let parts = text.split(separator: "#", omittingEmptySubsequences: false).map(String.init)
        guard let createdAt = Timestamp(parts[0]) else { return nil }
        guard parts.count == 2 else { return parts.count == 1 ? TimelinePlace(createdAt: createdAt) : nil }
        return JobID(parts[1]).map { TimelinePlace(createdAt: createdAt, id: $0) }
    }

    private static func watch(_ text: String) -> (JobID, ReconcilerCheckpoint.Watch)? {
        let parts = text.split(separator: " ").map(String.init)
        guard parts.count == 3, let id = JobID(parts[0]), let checks = Int(parts[1]), let nextCheck = Int64(parts[2])
        else { return nil }
        return (id, .init(checks: checks, nextCheck: Timestamp(milliseconds: nextCheck)))
    }
}
