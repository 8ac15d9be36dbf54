import JobsysCore
import JobsysTime

/// A day in the index `timeline`, which has the jobs of all tenants, or in `tenant`, which has those of one apart; it is spread
/// over shards.
struct TimelineDay: Sendable, Hashable {
    /// The position before which it is read.
    let position: ListPosition
    /// The day, such as `2026-11-21`.
    let day: String

    /// Makes the day on which the newest elements before a position lie.
    init(before position: ListPosition) {
        self.position = position
        // At the very beginning of a day, everything before lies on the day before.
        day = (position.id.isEmpty ? position.at + .milliseconds(-1) : position.at).day
    }

    /// Days that follow each other, the newest first: as many as given at most, and none that lies before a section.
    static func days(of section: ListSection, before position: ListPosition, upTo count: Int) -> [TimelineDay] {
        var days: [TimelineDay] = []
        var position = position
        while position > section.end, days.count < count {
            let day = TimelineDay(before: position)
            days.append(day)
            position = day.start
        }
        return days
    }

    /// The partition keys of its shards, in the index of all jobs or in that of one tenant's.
    func partitions(_ shards: IndexShards, of tenant: String? = nil) -> [String] {
        (0..<shards.count)
            .map { shard in
                tenant.map { Self.partition(of: day, shard, tenant: $0) } ?? Self.partition(of: day, shard)
            }
    }

    /// The partition key of a day's shard.
    ///
    /// It begins with a constant, so that whoever walks the time, as reconcilers do, finds every tenant's jobs.
    static func partition(of day: String, _ shard: Int) -> String {
        "\(Submission.defaultTenant)#\(day)#\(shard)"
    }

    /// The position before the day.
    private var start: ListPosition {
        guard let midnight = Timestamp("\(day)T00:00:00.000Z") else {
            preconditionFailure("\(day) is not a day")
        }
        return ListPosition(before: midnight)
    }

    /// The partition key of a shard of a tenant's day, in the index `tenant`.
    ///
    /// The kind goes before the name, so that no name of a tenant runs into another list.
    static func partition(of day: String, _ shard: Int, tenant: String) -> String {
        "JOB#\(tenant)#\(day)#\(shard)"
    }

    /// Puts what was read of each shard in order.
    ///
    /// A shard that has more hides how its next key compares with those of the others, so what is older than the last
    /// key that it gave is left for the next look.
    func merged(_ slices: [IndexSlice]) -> IndexSlice {
        let keys = slices.flatMap(\.keys).sorted { $0.position > $1.position }
        guard let frontier = slices.compactMap(\.rest).max() else { return IndexSlice(keys: keys, rest: start) }
        return IndexSlice(keys: keys.filter { $0.position >= frontier }, rest: frontier)
    }
}
