public import JobsysCore
import Synchronization

/// The figures of all processes, in memory.
public final class InMemoryFigureStore: FigureStore {
    fileprivate struct Slot {
        var types: [String: [Figure: Int]] = [:]
        var latest: [String: Int] = [:]
    }

    private struct State {
        var slots: [FigureSlot: Slot] = [:]
        var outage: DependencyError?
        var losesAnswers = false
        var reads = 0
    }

    private let state = Mutex(State())

    /// Makes an empty store.
    public init() {}

    /// How often figures were read.
    public var reads: Int { state.withLock(\.reads) }

    /// Makes every call fail with an error, until it is set to nil; additions are made all the same if only answers are lost.
    public func fail(with error: DependencyError?, losingAnswersOnly losesAnswers: Bool = false) {
        state.withLock { state in
            state.outage = error
            state.losesAnswers = losesAnswers
        }
    }

    /// Adds what was not added before.
    public func add(_ addition: FigureAddition) async throws {
        try state.withLock { state in
            if let outage = state.outage, !state.losesAnswers { throw outage }
            state.slots[addition.slot, default: Slot()].add(addition)
            if let outage = state.outage { throw outage }
        }
    }

    /// Reads the figures.
    public func figures(of slots: [FigureSlot]) async throws -> [FigureSlot: Figures] {
        try state.withLock { state in
            state.reads += 1
            if let outage = state.outage { throw outage }
            return state.slots.filter { slots.contains($0.key) }.mapValues { Figures($0.types) }
        }
    }
}

extension InMemoryFigureStore.Slot {
    fileprivate mutating func add(_ addition: FigureAddition) {
        guard latest[addition.process].map({ $0 < addition.sequence }) ?? true else { return }
        latest[addition.process] = addition.sequence
        for (type, counts) in addition.figures.types {
            types[type, default: [:]].merge(counts, uniquingKeysWith: +)
        }
    }
}
