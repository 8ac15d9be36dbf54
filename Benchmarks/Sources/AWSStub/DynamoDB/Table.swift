import JobsysJSON

/// A table with its indexes.
struct Table {
    let name: String
    private let schema: TableIndex
    private var items: [String: JSONObject] = [:]
    // An array, so that an index is changed in its place.
    private var indexes: [(name: String, index: TableIndex)] = []
    private var all: TableIndex

    /// Reads the input of `CreateTable`.
    init(_ input: Input) throws(Refusal) {
        name = try input.string("TableName")
        schema = try TableIndex(input)
        all = schema
        for index in input.json["GlobalSecondaryIndexes"]?.arrayValue ?? [] {
            let index = Input(index)
            let isKeysOnly = index.json["Projection"]?["ProjectionType"]?.stringValue == "KEYS_ONLY"
            indexes.append((try index.string("IndexName"), try TableIndex(index, isKeysOnly: isKeysOnly)))
        }
    }

    /// The name that an item, or its key, has in here.
    func name(of item: JSONObject) throws(Refusal) -> String {
        guard let partition = item[schema.partition] else { throw .invalid("Key") }
        guard let sort = schema.sort else { return Self.text(of: partition) }
        guard let value = item[sort] else { throw .invalid("Key") }
        return Self.text(of: partition) + "\u{0}" + Self.text(of: value)
    }

    private static func text(of value: JSONValue) -> String {
        value["S"]?.stringValue ?? value.serializedString
    }

    func item(_ name: String) -> JSONObject? { items[name] }

    /// The table's own order, or that of an index.
    func index(_ name: String?) throws(Refusal) -> TableIndex {
        guard let name else { return all }
        guard let found = indexes.first(where: { $0.name == name }) else { throw .invalid("IndexName") }
        return found.index
    }

    /// Every item, in no order that means anything.
    var names: [String] { items.keys.sorted() }

    /// The attributes that say where an item is in the table and in an index.
    func position(of item: JSONObject, in index: TableIndex) -> JSONObject {
        let names = [schema.partition, schema.sort, index.partition, index.sort].compactMap { $0 }
        var position: JSONObject = [:]
        for name in names { position[name] = item[name] }
        return position
    }

    /// Puts an item in the place of another, or removes it; answers the write units of the table and its indexes.
    mutating func replace(_ name: String, with new: JSONObject?) -> CapacityUnits {
        let old = items[name]
        items[name] = new
        var units = CapacityUnits.writing(max(old.map(ItemSize.of) ?? 0, new.map(ItemSize.of) ?? 0))
        if schema.sort != nil { _ = all.move(name, from: old, to: new) }
        for place in indexes.indices {
            units.write += Double(indexes[place].index.move(name, from: old, to: new))
        }
        return units
    }
}
