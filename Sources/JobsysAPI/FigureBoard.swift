package import JobsysCore
package import JobsysTime

/// What was counted lately, and how much waits in the queues; read at most every few seconds, however many look.
package final class FigureBoard: Sendable {
    /// A stretch of time that is looked at.
    enum Range: String, CaseIterable, Sendable {
        /// The last sixty minutes, minute by minute.
        case hour
        /// The last 24 hours, hour by hour.
        case day

        fileprivate func slots(until now: Timestamp) -> [FigureSlot] {
            switch self {
            case .hour: FigureSlot.last(60, .minute, until: now)
            case .day: FigureSlot.last(24, .hour, until: now)
            }
        }
    }

    /// The figures of a stretch of time.
    struct Report: Sendable {
        /// Slots without a gap, oldest first; what was counted in each.
        var slots: [(slot: FigureSlot, figures: Figures)]
        /// All of them together.
        var total: Figures
        /// When they were read.
        var readAt: Timestamp

        init(_ slots: [FigureSlot], _ figures: [FigureSlot: Figures], at now: Timestamp) {
            self.slots = slots.map { ($0, figures[$0] ?? Figures()) }
            var types: [String: [Figure: Int]] = [:]
            for (_, figures) in self.slots {
                for (type, counts) in figures.types { types[type, default: [:]].merge(counts, uniquingKeysWith: +) }
            }
            total = Figures(types)
            readAt = now
        }
    }

    private let reports: [Range: SharedReading<Report>]
    private let depth: SharedReading<QueueDepth>?

    /// How long a reading is shared: 60 items of a few KB, which take some 30 read units, and a call for each queue.
    static let lifetime = FigureCounter.interval

    /// Makes a board of which nothing is read yet.
    ///
    /// - Parameters:
    ///   - store: Where the figures are.
    ///   - backlogs: How much is in each queue of jobs.
    ///   - elapsed: The time since some beginning.
    ///   - now: The wall clock.
    package init(
        _ store: any FigureStore,
        backlogs: [any QueueBacklog] = [],
        elapsed: @escaping @Sendable () -> Duration,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        reports = Dictionary(
            uniqueKeysWithValues: Range.allCases.map { range in
                let reading = SharedReading(for: Self.lifetime, elapsed: elapsed) {
                    let instant = now()
                    let slots = range.slots(until: instant)
                    return Report(slots, try await store.figures(of: slots), at: instant)
                }
                return (range, reading)
            }
        )
        depth =
            backlogs.isEmpty
            ? nil
            : SharedReading(for: Self.lifetime, elapsed: elapsed) {
                var sum = QueueDepth(visible: 0, delayed: 0, inFlight: 0)
                for backlog in backlogs {
                    let depth = try await backlog.depth()
                    sum.visible += depth.visible
                    sum.delayed += depth.delayed
                    sum.inFlight += depth.inFlight
                }
                return sum
            }
    }

    /// The figures of a stretch of time.
    ///
    /// - Throws: `DependencyError`.
    func report(_ range: Range) async throws -> Report? { try await reports[range]?.value() }

    /// About how many messages the queues of jobs have; nil if nobody can be asked.
    ///
    /// - Throws: `DependencyError`.
    func queueDepth() async throws -> QueueDepth? { try await depth?.value() }
}
