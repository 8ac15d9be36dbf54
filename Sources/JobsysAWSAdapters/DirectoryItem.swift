import JobsysAWS
import JobsysCore
import JobsysJSON
import JobsysTime

/// The layout of workers, processes of svc-api and job types in the table, `WORKER#<id>`, `API#<id>` and `TYPE#<name>`.
enum DirectoryItem {
    /// The sparse index `directory`, with all attributes: only workers and types have its keys.
    static let index = "directory"
    /// What kind of thing it is: ``workers``, ``apis`` or ``types``.
    static let kind = "kind"
    /// What it is listed by: a worker's id or a type's name.
    static let kindSort = "kindSort"
    static let workers = "WORKER"
    static let types = "TYPE"
    static let apis = "API"

    static let workerVersion = "workerVersion"
    static let host = "host"
    static let offeredTypes = "types"
    static let slots = "slots"
    static let busy = "busy"
    static let running = "running"
    static let breakers = "breakers"
    static let isDraining = "draining"
    static let startedAt = "startedAt"
    static let seenAt = "seenAt"

    static let offeredAt = "offeredAt"
    static let pausedAt = "pausedAt"
    static let pausedBy = "pausedBy"
    static let pauseReason = "pauseReason"
    static let rate = "rate"
    static let concurrency = "concurrency"
    /// What the names of attributes begin with that have the path of a sensitive field after it, and as their value when a
    /// worker last said so: each worker adds its own without a look at those of others.
    static let sensitivePrefix = "sensitive#"

    static func key(ofWorker id: String) -> Item { [JobItem.partitionKey: .s("\(workers)#\(id)")] }

    static func key(ofType name: String) -> Item { [JobItem.partitionKey: .s("\(types)#\(name)")] }

    /// The item of a process of svc-api; one that has ended has expired.
    static func item(of api: APIRecord, expiresAt: Timestamp) -> Item {
        [
            JobItem.partitionKey: .s("\(apis)#\(api.id)"), kind: .s(apis), kindSort: .s(api.id),
            seenAt: .time(api.seenAt), JobItem.expiresAt: .seconds(expiresAt),
        ]
    }

    /// An update of a type's item that puts it into the index, too: an item of an older version is not in it.
    static func update(ofType name: String) -> Update {
        Update().set(kind, .s(types)).set(kindSort, .s(name))
    }

    static func item(of worker: WorkerRecord) -> Item {
        var item = key(ofWorker: worker.id)
        item[kind] = .s(workers)
        item[kindSort] = .s(worker.id)
        item[workerVersion] = .s(worker.version)
        item[host] = .s(worker.host)
        item[offeredTypes] = .l(worker.types.map { .s($0) })
        item[slots] = .n(worker.slots)
        item[busy] = .n(worker.busy)
        item[running] = .m(worker.running.mapValues { .n($0) })
        item[breakers] = .m(worker.breakers.mapValues { .s($0) })
        item[isDraining] = .bool(worker.isDraining)
        item[startedAt] = .time(worker.startedAt)
        item[seenAt] = .time(worker.seenAt)
        item[JobItem.expiresAt] = .seconds(worker.expiresAt)
        return item
    }

    /// Reads a worker; what a version leaves out that says no more than that is as it is at the start.
    static func worker(from item: Item) throws(UnreadableRecord) -> WorkerRecord {
        let reader = ItemReader(item: item)
        try reader.checkVersion()
        return WorkerRecord(
            id: try reader.string(kindSort),
            version: try reader.string(workerVersion),
            host: try reader.string(host),
            types: (item[offeredTypes]?.list ?? []).compactMap(\.string),
            slots: try reader.int(slots),
            busy: item[busy]?.int ?? 0,
            running: (item[running]?.map ?? [:]).compactMapValues(\.int),
            breakers: (item[breakers]?.map ?? [:]).compactMapValues(\.string),
            isDraining: item[isDraining]?.bool ?? false,
            startedAt: try reader.time(startedAt),
            seenAt: try reader.time(seenAt)
        )
    }

    /// Reads a type.
    ///
    /// It is read as far as it can be: were a pause dropped because something else is not understood, jobs would start.
    static func type(_ name: String, from item: Item) -> TypeRecord {
        func within(_ range: ClosedRange<Int>, _ name: String) -> Int? {
            item[name]?.int.flatMap { range.contains($0) ? $0 : nil }
        }
        func time(_ name: String) -> Timestamp? { item[name]?.string.flatMap { Timestamp($0) } }
        let pause = item[pausedAt]
            .map { _ in
                TypePause(
                    at: time(pausedAt) ?? .earliest,
                    by: item[pausedBy]?.string,
                    reason: item[pauseReason]?.string
                )
            }
        return TypeRecord(
            name,
            pause: pause,
            limits: TypeLimits(
                rate: within(TypeLimits.rateRange, rate),
                concurrency: within(TypeLimits.concurrencyRange, concurrency)
            ),
            lastOfferedAt: time(offeredAt),
            sensitive: sensitiveFields(in: item, lastOfferedAt: time(offeredAt))
        )
    }

    /// The sensitive fields that were announced not much longer ago than the type itself.
    ///
    /// What cannot be read counts: a time as one that has not passed, and a path as that of everything.
    private static func sensitiveFields(in item: Item, lastOfferedAt: Timestamp?) -> [FieldPath] {
        var paths: [FieldPath] = []
        for (name, value) in item where name.hasPrefix(sensitivePrefix) {
            if let at = value.string.flatMap({ Timestamp($0) }), let last = lastOfferedAt,
                last.duration(since: at) > sensitiveMemory
            {
                continue
            }
            paths.append(FieldPath(String(name.dropFirst(sensitivePrefix.count))) ?? "$")
        }
        return paths.sorted { $0.description < $1.description }
    }
}
