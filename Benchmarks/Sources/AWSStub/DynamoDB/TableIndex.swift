import JobsysJSON

/// The items of a table, or of an index, that have its keys, by partition and in order.
struct TableIndex {
    /// An item's place.
    struct Entry {
        var sort: JSONValue?
        var item: String
    }

    let partition: String
    let sort: String?
    /// Whether it carries the keys alone, so that only their change writes it.
    let isKeysOnly: Bool
    private var partitions: [JSONValue: [Entry]] = [:]

    /// Reads a `KeySchema`.
    init(_ schema: Input, isKeysOnly: Bool = false) throws(Refusal) {
        let keys = try schema.array("KeySchema")
        guard let partition = keys.first?["AttributeName"]?.stringValue else { throw .invalid("KeySchema") }
        self.partition = partition
        sort = keys.dropFirst().first?["AttributeName"]?.stringValue
        self.isKeysOnly = isKeysOnly
    }

    /// Follows an item from what it was to what it is; answers how often the index is written.
    mutating func move(_ name: String, from old: JSONObject?, to new: JSONObject?) -> Int {
        let (before, after) = (old.flatMap(keys), new.flatMap(keys))
        if let before, let after, before == after { return isKeysOnly ? 0 : 1 }
        if let before { remove(name, at: before) }
        if let after { insert(name, at: after) }
        return (before == nil ? 0 : 1) + (after == nil ? 0 : 1)
    }

    /// The entries of a partition, in order.
    func entries(of partition: JSONValue) -> [Entry] { partitions[partition] ?? [] }

    private struct Keys: Equatable {
        var partition: JSONValue
        var sort: JSONValue?
    }

    private func keys(of item: JSONObject) -> Keys? {
        guard let partition = item[partition] else { return nil }
        guard let name = sort else { return Keys(partition: partition) }
        return item[name].map { Keys(partition: partition, sort: $0) }
    }

    private mutating func insert(_ name: String, at keys: Keys) {
        let place = place(of: keys)
        partitions[keys.partition, default: []].insert(Entry(sort: keys.sort, item: name), at: place)
    }

    private mutating func remove(_ name: String, at keys: Keys) {
        partitions[keys.partition]?.removeAll { $0.item == name }
    }

    /// Behind the last entry whose key is not greater; new ones mostly go to the end.
    private func place(of keys: Keys) -> Int {
        let entries = partitions[keys.partition] ?? []
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = low + (high - low) / 2
            let isGreater =
                keys.sort.flatMap { key in entries[middle].sort.flatMap { AttributeOrder(key, $0) } } == .rising
            if isGreater { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
