/// What was counted of jobs, by their types.
public struct Figures: Sendable, Hashable {
    /// How often each thing was counted, by the jobs' type.
    public private(set) var types: [String: [Figure: Int]]

    /// How many types have counts of their own; those that come later are counted together as ``rest``.
    ///
    /// Without a bound, whoever may choose a job's type could fill the memory and the table.
    public static let typeLimit = 50
    /// The name of all types that have no counts of their own; no job type can be called so.
    public static let rest = "(other)"

    /// Makes figures in which nothing, or this, was counted.
    public init(_ types: [String: [Figure: Int]] = [:]) {
        self.types = types
    }

    /// Whether nothing was counted.
    public var isEmpty: Bool { types.isEmpty }

    /// How many numbers it has.
    public var size: Int { types.values.reduce(0) { $0 + $1.count } }

    /// Counts something.
    public mutating func add(_ figure: Figure, of type: String, _ amount: Int = 1) {
        let own = types.count - (types[Self.rest] == nil ? 0 : 1)
        let isKnown = own < Self.typeLimit || types[type] != nil
        types[isKnown ? type : Self.rest, default: [:]][figure, default: 0] += amount
    }

    /// Adds what others have.
    public mutating func add(_ other: Figures) {
        for (type, counts) in other.types {
            for (figure, count) in counts { add(figure, of: type, count) }
        }
    }

    /// How often something was counted, of a type or of all.
    public func count(_ figure: Figure, of type: String? = nil) -> Int {
        if let type { return types[type]?[figure] ?? 0 }
        return types.values.reduce(0) { $0 + ($1[figure] ?? 0) }
    }

    /// How often something happened, to jobs of a type or of all.
    public func count(_ event: Figure.Event, of type: String? = nil) -> Int { count(.event(event), of: type) }

    /// How long attempts took, of a type or of all.
    public func runs(of type: String? = nil) -> TimeDistribution {
        distribution(of: type) { if case .run(let bound) = $0 { bound } else { nil } }
    }

    /// How long jobs waited for their first attempt, of a type or of all.
    public func waits(of type: String? = nil) -> TimeDistribution {
        distribution(of: type) { if case .wait(let bound) = $0 { bound } else { nil } }
    }

    private func distribution(of type: String?, _ bound: (Figure) -> Int?) -> TimeDistribution {
        var counts: [Int: Int] = [:]
        for (name, figures) in types where type.map({ $0 == name }) ?? true {
            for (figure, count) in figures {
                if let bound = bound(figure) { counts[bound, default: 0] += count }
            }
        }
        return TimeDistribution(counts: counts)
    }

    /// The figures in parts of at most so many numbers.
    func parts(of size: Int) -> [Figures] {
        let all = types.sorted { $0.key < $1.key }.flatMap { type, counts in counts.map { (type, $0.key, $0.value) } }
        return stride(from: 0, to: all.count, by: size)
            .map { start in
                all[start..<min(start + size, all.count)]
                    .reduce(into: Figures()) { $0.types[$1.0, default: [:]][$1.1] = $1.2 }
            }
    }
}

/// How many times lie in each of some ranges.
public struct TimeDistribution: Sendable, Hashable {
    /// How many, by the upper bound of the range in milliseconds.
    public let counts: [Int: Int]

    /// Makes a distribution.
    public init(counts: [Int: Int]) {
        self.counts = counts
    }

    /// How many there are.
    public var total: Int { counts.values.reduce(0, +) }

    /// What this part of the times does not exceed, in milliseconds; ``Figure/unbounded`` if that is longer than all bounds,
    /// and nil if there are none.
    ///
    /// It is a bound and no estimate: where between two bounds the times lie is not known.
    public func quantile(_ part: Double) -> Int? {
        let total = total
        guard total > 0 else { return nil }
        let needed = max(1, Int((part * Double(total)).rounded(.up)))
        var seen = 0
        for (bound, count) in counts.sorted(by: { $0.key < $1.key }) {
            seen += count
            if seen >= needed { return bound }
        }
        return Figure.unbounded
    }
}

/// Where figures are kept, added up over all processes.
///
/// All calls throw ``DependencyError``, or `CancellationError` when the calling task is cancelled.
public protocol FigureStore: Sendable {
    /// Adds to the figures of a slot, once: an addition that was made before, or a later one of the same process to the same
    /// slot, changes nothing.
    func add(_ addition: FigureAddition) async throws

    /// The figures of slots; those of which nothing is known are left out, as are numbers of other versions.
    func figures(of slots: [FigureSlot]) async throws -> [FigureSlot: Figures]
}

/// What a process adds to a slot.
public struct FigureAddition: Sendable, Hashable {
    /// The slot.
    public let slot: FigureSlot
    /// The process, by a name that no other one has or had.
    public let process: String
    /// The addition's number, which is higher than those of all earlier ones of the process.
    public let sequence: Int
    /// What is added.
    public let figures: Figures

    /// Makes an addition.
    public init(slot: FigureSlot, process: String, sequence: Int, figures: Figures) {
        self.slot = slot
        self.process = process
        self.sequence = sequence
        self.figures = figures
    }
}
