import JobsysObservability
public import JobsysTime
import Logging
import Synchronization

/// Counts what happens to jobs in this process, and adds it to the figures of all processes.
///
/// What is told to it has been written to the store of jobs before, so that no count claims what is not there. A process that
/// is killed loses what it has counted since the last flush; one that stops does not.
public final class FigureCounter: Sendable {
    fileprivate struct Pending {
        /// What was counted since the additions were made.
        var figures = Figures()
        /// What may have been added already, in the order in which it is to be.
        var additions: [FigureAddition] = []
    }

    fileprivate struct State {
        var minute = FigureSlot(.minute, of: .earliest)
        /// What was counted in that minute and is in no slot yet.
        var figures = Figures()
        var pending: [FigureSlot: Pending] = [:]
        var sequence = 0
        var isFlushing = false
        var isFailing = false
    }

    private let process: String
    private let state = Mutex(State())

    /// How often it is to be flushed.
    public static let interval = Duration.seconds(10)
    /// For how many slots additions are kept while they cannot be made: the minutes of three hours, and the hours.
    static let slotLimit = 184
    /// How many numbers one addition has at most.
    static let additionLimit = 100

    /// Makes a counter that has counted nothing.
    ///
    /// - Parameter process: A name that no other process has or had.
    public init(process: String = UniqueID.make()) {
        self.process = process
    }

    /// Counts something, or two things that go together.
    public func note(_ figure: Figure, _ second: Figure? = nil, of type: String, at now: Timestamp) {
        state.withLock { state in
            state.turn(to: now)
            state.figures.add(figure, of: type)
            if let second { state.figures.add(second, of: type) }
        }
    }

    /// Adds what was counted to a store.
    ///
    /// What cannot be added now is kept, as it is, for the next time: an addition whose answer was lost is repeated under the
    /// same number, and so never counts twice. What the store refuses, and what is too old, is dropped with a warning.
    /// Cancellation ends it; nothing is lost then. While one flush is under way, another one does nothing.
    public func flush(to store: any FigureStore) async {
        guard let additions = begin() else { return }
        defer { state.withLock { $0.isFlushing = false } }
        for addition in additions {
            do {
                try await store.add(addition)
                state.withLock { $0.remove(addition) }
            } catch let error as DependencyError where error.refusesRequest {
                state.withLock { $0.remove(addition) }
                Logger.current.warning(
                    "figures refused: the console shows too few",
                    metadata: ["slot": "\(addition.slot.name)", "error.message": "\(error)"]
                )
            } catch {
                if !Task.isCancelled { noteFailure(error) }
                return
            }
        }
        let wasFailing = state.withLock { state in
            defer { state.isFailing = false }
            return state.isFailing
        }
        if wasFailing { Logger.current.notice("figures are written again") }
    }

    /// The additions to make; nil if another flush is under way.
    private func begin() -> [FigureAddition]? {
        let (additions, dropped) = state.withLock { state -> ([FigureAddition]?, Int) in
            guard !state.isFlushing else { return (nil, 0) }
            state.isFlushing = true
            state.collect()
            let dropped = state.dropOldest()
            for (slot, pending) in state.pending where pending.additions.isEmpty {
                let parts = pending.figures.parts(of: Self.additionLimit)
                let additions = parts.map { figures in
                    state.sequence += 1
                    return FigureAddition(slot: slot, process: process, sequence: state.sequence, figures: figures)
                }
                state.pending[slot] = Pending(additions: additions)
            }
            return (state.pending.sorted { $0.key < $1.key }.flatMap(\.value.additions), dropped)
        }
        if dropped > 0 {
            Logger.current.warning("figures dropped: the console shows too few", metadata: ["minutes": "\(dropped)"])
        }
        return additions
    }

    private func noteFailure(_ error: any Error) {
        let wasFailing = state.withLock { state in
            defer { state.isFailing = true }
            return state.isFailing
        }
        let metadata: Logger.Metadata = ["error.message": "\(error)"]
        Logger.current.log(level: wasFailing ? .debug : .warning, "figures not written yet", metadata: metadata)
    }
}

extension FigureCounter.State {
    /// Has what follows counted for the minute of an instant.
    fileprivate mutating func turn(to now: Timestamp) {
        // Cheaper than making the slot each time.
        guard now < minute.start || minute.end <= now else { return }
        collect()
        minute = FigureSlot(.minute, of: now)
    }

    /// Moves what was counted to its minute and to its hour.
    fileprivate mutating func collect() {
        guard !figures.isEmpty else { return }
        for slot in [minute, FigureSlot(.hour, of: minute.start)] {
            pending[slot, default: .init()].figures.add(figures)
        }
        figures = Figures()
    }

    /// Forgets the oldest minutes if there are too many slots.
    fileprivate mutating func dropOldest() -> Int {
        let excess = pending.count - FigureCounter.slotLimit
        guard excess > 0 else { return 0 }
        let oldest = pending.keys.filter { $0.length == .minute }.sorted().prefix(excess)
        for slot in oldest { pending[slot] = nil }
        return oldest.count
    }

    /// Notes that an addition was made, or is given up.
    fileprivate mutating func remove(_ addition: FigureAddition) {
        guard var left = pending[addition.slot] else { return }
        left.additions.removeAll { $0.sequence == addition.sequence }
        pending[addition.slot] = left.additions.isEmpty && left.figures.isEmpty ? nil : left
    }
}
