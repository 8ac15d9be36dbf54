import JobsysAWS
import JobsysCore
import JobsysJSON
import JobsysTime

/// The layout of a schedule in the table, `SCHEDULE#<id>`, or `SCHEDULE#<tenant>#<id>` for tenants other than the default one.
enum ScheduleItem {
    /// What kind of thing it is in the index `directory`, and what its key begins with.
    static let kind = "SCHEDULE"
    /// An item whose number says how often schedules were changed.
    static let changesKey: Item = [JobItem.partitionKey: .s("SCHEDULER#CHANGES")]
    static let changes = "changes"

    static let revision = "revision"
    static let cron = "cron"
    static let every = "every"
    static let timeZone = "timeZone"
    static let missed = "missed"
    static let overlap = "overlap"
    static let jitterSeconds = "jitterSeconds"
    static let isPaused = "paused"
    static let cursor = "cursor"
    static let lastTick = "lastTick"
    static let firing = "firing"
    static let buffered = "buffered"
    static let missedTicks = "missedTicks"
    static let skippedTicks = "skippedTicks"

    static func key(of key: ScheduleKey) -> Item {
        let name = key.tenant == Submission.defaultTenant ? key.id : "\(key.tenant)#\(key.id)"
        return [JobItem.partitionKey: .s("\(kind)#\(name)")]
    }

    /// What a tenant's schedules are listed by; no tenant has a `#` in its name.
    static func prefix(of tenant: String) -> String { "\(tenant)#" }

    static func item(of schedule: Schedule) -> Item {
        let definition = schedule.definition
        var item = key(of: schedule.key)
        item[DirectoryItem.kind] = .s(kind)
        item[DirectoryItem.kindSort] = .s(prefix(of: schedule.key.tenant) + schedule.key.id)
        item[revision] = .n(schedule.revision)
        item[JobItem.type] = .s(definition.type)
        item[JobItem.payload] = .s(definition.payload.serializedString)
        item[JobItem.maxAttempts] = definition.maxAttempts.map { .n($0) }
        item[JobItem.orderingKey] = definition.orderingKey.map { .s($0) }
        switch definition.timing {
        case .cron(let text): item[cron] = .s(text)
        case .every(let text): item[every] = .s(text)
        }
        item[timeZone] = .s(definition.timeZone)
        item[missed] = .s(definition.missed.rawValue)
        item[overlap] = .s(definition.overlap.rawValue)
        item[jitterSeconds] = .n(Int(definition.jitter.components.seconds))
        item[isPaused] = .bool(schedule.isPaused)
        item[JobItem.createdAt] = .time(schedule.createdAt)
        item[JobItem.updatedAt] = .time(schedule.updatedAt)
        for (name, value) in attributes(of: schedule.state) { item[name] = value }
        return item
    }

    /// How far a schedule has come; nil for what is to be removed.
    static func attributes(of state: ScheduleState) -> [(name: String, value: AttributeValue?)] {
        [
            (cursor, .time(state.cursor)), (lastTick, state.lastTick.map { .time($0) }),
            (firing, state.firing.map { .time($0) }), (buffered, state.buffered.map { .time($0) }),
            (missedTicks, .n(state.missed)), (skippedTicks, .n(state.skipped)),
        ]
    }

    /// Reads a schedule; a policy that this version does not know is a newer one's.
    static func schedule(from item: Item) throws(UnreadableRecord) -> Schedule {
        let reader = ItemReader(item: item)
        try reader.checkVersion()
        let place = try reader.string(DirectoryItem.kindSort).split(separator: "#", maxSplits: 1).map(String.init)
        guard place.count == 2 else { throw reader.malformed(DirectoryItem.kindSort, "a tenant and an id") }
        var schedule = Schedule(
            ScheduleKey(tenant: place[0], id: place[1]),
            try definition(reader),
            isPaused: item[isPaused]?.bool ?? false,
            at: try reader.time(JobItem.createdAt)
        )
        schedule.revision = try reader.int(revision)
        schedule.updatedAt = try reader.time(JobItem.updatedAt)
        schedule.state = ScheduleState(cursor: try reader.time(cursor))
        schedule.state.lastTick = try reader.optionalTime(lastTick)
        schedule.state.firing = try reader.optionalTime(firing)
        schedule.state.buffered = try reader.optionalTime(buffered)
        schedule.state.missed = item[missedTicks]?.int ?? 0
        schedule.state.skipped = item[skippedTicks]?.int ?? 0
        return schedule
    }

    private static func definition(_ reader: ItemReader) throws(UnreadableRecord) -> ScheduleDefinition {
        let item = reader.item
        let timing: ScheduleDefinition.Timing =
            item[cron] == nil ? .every(try reader.string(every)) : .cron(try reader.string(cron))
        return ScheduleDefinition(
            type: try reader.string(JobItem.type),
            payload: try reader.json(JobItem.payload),
            maxAttempts: item[JobItem.maxAttempts] == nil ? nil : try reader.int(JobItem.maxAttempts),
            orderingKey: item[JobItem.orderingKey]?.string,
            timing: timing,
            timeZone: try reader.string(timeZone),
            missed: try reader.choice(missed),
            overlap: try reader.choice(overlap),
            jitter: .seconds(max(0, try reader.int(jitterSeconds)))
        )
    }
}

extension ItemReader {
    /// One of a type's names; another one is a newer version's.
    fileprivate func choice<Choice: RawRepresentable<String>>(_ name: String) throws(UnreadableRecord) -> Choice {
        let text = try string(name)
        guard let choice = Choice(rawValue: text) else {
            throw unreadable("\(name) is \(text.prefix(64)), which this version does not know", isNewer: true)
        }
        return choice
    }
}
