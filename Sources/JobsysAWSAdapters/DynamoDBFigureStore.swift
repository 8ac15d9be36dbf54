public import JobsysAWS
public import JobsysCore
import JobsysTime

/// The figures of all processes, as items `STATS#<minute>` and `STATS#<hour>` of the table.
///
/// Each process adds to them with a conditional update that names its latest addition, so that one whose answer was lost may
/// be repeated. They leave the table by its time to live.
public struct DynamoDBFigureStore: FigureStore {
    private let client: AWSClient
    private let table: String

    /// Makes a store in the table.
    public init(client: AWSClient, table: String) {
        self.client = client
        self.table = table
    }

    /// Adds to the slot's item, which it makes if there is none.
    public func add(_ addition: FigureAddition) async throws {
        let last = Attribute(FigureItem.latest(of: addition.process))
        var update = Update().set(last, to: .value(.n(addition.sequence)))
            .set(JobItem.expiresAt, .seconds(addition.slot.end + FigureItem.retention(of: addition.slot.length)))
        for (type, counts) in addition.figures.types {
            for (figure, count) in counts { update = update.add(FigureItem.name(of: figure, type), count) }
        }
        let write = DynamoDB.UpdateItem(
            table: table,
            key: FigureItem.key(of: addition.slot),
            update: update,
            condition: !last.exists || last < .n(addition.sequence)
        )
        // A condition that does not hold says that it was added before.
        _ = try await translatingErrors { try await client.perform(write) }
    }

    /// Reads the items, a hundred with each call.
    public func figures(of slots: [FigureSlot]) async throws -> [FigureSlot: Figures] {
        let keys = Dictionary(slots.map { (FigureItem.partition(of: $0), $0) }) { first, _ in first }
        let items = try await client.items(of: table, keys: Array(keys.keys), consistently: false)
        return Dictionary(
            uniqueKeysWithValues: items.compactMap { key, item in keys[key].map { ($0, FigureItem.figures(from: item)) }
            }
        )
    }
}

/// The layout of the figures of a slot in the table: a number for each figure of each type, `<figure>#<type>`.
///
/// A number whose name this version does not know is left out.
enum FigureItem {
    static func partition(of slot: FigureSlot) -> String { "STATS#\(slot.name)" }

    static func key(of slot: FigureSlot) -> Item { [JobItem.partitionKey: .s(partition(of: slot))] }

    /// The number of a process's latest addition.
    static func latest(of process: String) -> String { "from#\(process)" }

    /// How long it is kept after its end.
    static func retention(of length: FigureSlot.Length) -> Duration {
        switch length {
        case .minute: .seconds(2 * 86400)
        case .hour: .seconds(40 * 86400)
        }
    }

    static func name(of figure: Figure, _ type: String) -> String {
        let name =
            switch figure {
            case .event(let event): event.rawValue
            case .failure(let errorClass): "error.\(errorClass.rawValue)"
            case .run(let bound): "run.\(text(of: bound))"
            case .wait(let bound): "wait.\(text(of: bound))"
            }
        return "\(name)#\(type)"
    }

    static func figures(from item: Item) -> Figures {
        var types: [String: [Figure: Int]] = [:]
        for (name, value) in item {
            guard let count = value.int, let end = name.firstIndex(of: "#"), let figure = figure(name[..<end]) else {
                continue
            }
            types[String(name[name.index(after: end)...]), default: [:]][figure] = count
        }
        return Figures(types)
    }

    private static func text(of bound: Int) -> String { bound == Figure.unbounded ? "more" : "\(bound)" }

    private static func figure(_ name: Substring) -> Figure? {
        if let event = Figure.Event(rawValue: String(name)) { return .event(event) }
        guard let dot = name.firstIndex(of: ".") else { return nil }
        let rest = String(name[name.index(after: dot)...])
        let bound = rest == "more" ? Figure.unbounded : Int(rest)
        return switch name[..<dot] {
        case "error": .failure(ErrorClass(rawValue: rest))
        case "run": bound.map { .run(upTo: $0) }
        case "wait": bound.map { .wait(upTo: $0) }
        default: nil
        }
    }
}
