import Synchronization

/// Rings for many by one timer, or by a few.
///
/// What must be done for a run that lasts is nearly always called off long before its time. A sleep for each would stay in
/// the runtime's queue until its time has come all the same, by the ten thousands under load.
package final class AlarmClock: Sendable {
    /// An alarm that was set.
    package struct Alarm: Sendable, Hashable {
        fileprivate let number: Int
    }

    private struct Mark {
        let due: Duration
        let alarm: Alarm
    }

    private struct State {
        var count = 0
        var rings: [Alarm: @Sendable () -> Void] = [:]
        /// In the order of time; also those that were called off, until their time or their turn has come.
        var marks: [Mark] = []
        /// Who sleeps, and until when; nil while there are no alarms.
        var sleeper: (task: Task<Void, Never>, due: Duration)?
        /// How often there were no alarms left in the second that began then.
        var silences = (count: 0, since: Duration.zero)

        /// Notes that there are no alarms; answers whether that is so often that the sleeper had better stay for the next.
        mutating func isBusy(at now: Duration) -> Bool {
            if now - silences.since > .seconds(1) { silences = (0, now) }
            silences.count += 1
            return silences.count > 20
        }

        /// Takes out what is due, and says until when to sleep; nil if there is nothing left.
        mutating func take(through now: Duration) -> (rings: [@Sendable () -> Void], next: Duration?) {
            let pending = marks.firstIndex { $0.due > now && rings[$0.alarm] != nil } ?? marks.endIndex
            let ringing = marks[..<pending].compactMap { rings.removeValue(forKey: $0.alarm) }
            marks.removeFirst(pending)
            return (ringing, marks.first?.due)
        }
    }

    private let state = Mutex(State())
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration

    /// Makes an alarm clock that goes by another clock.
    package init(_ clock: any Clock<Duration>) {
        self.clock = clock
        elapsed = Self.stopwatch(clock)
    }

    /// Has `ring` called after some time; it must not block.
    package func set(after delay: Duration, _ ring: @escaping @Sendable () -> Void) -> Alarm {
        let due = elapsed() + delay
        return state.withLock { state in
            state.count += 1
            let alarm = Alarm(number: state.count)
            state.rings[alarm] = ring
            // Most alarms are set for about the same time ahead, so the place is at the end or near it.
            let place = state.marks.lastIndex { $0.due <= due }.map { $0 + 1 } ?? 0
            state.marks.insert(Mark(due: due, alarm: alarm), at: place)
            sleep(until: due, &state)
            return alarm
        }
    }

    /// Calls an alarm off; harmless if it has rung.
    package func cancel(_ alarm: Alarm) {
        let sleeper = state.withLock { state -> Task<Void, Never>? in
            state.rings[alarm] = nil
            guard state.rings.isEmpty else { return nil }
            state.marks.removeAll(keepingCapacity: true)
            guard !state.isBusy(at: elapsed()) else { return nil }
            defer { state.sleeper = nil }
            return state.sleeper?.task
        }
        sleeper?.cancel()
    }

    /// Has somebody sleep until then, unless somebody wakes earlier anyway.
    private func sleep(until due: Duration, _ state: inout State) {
        if let sleeper = state.sleeper {
            guard due < sleeper.due else { return }
            sleeper.task.cancel()
        }
        // It belongs to no job, and ends when there are no alarms.
        let task = Task.detached { await self.wake(at: due) }
        state.sleeper = (task, due)
    }

    /// Rings what is due when the time has come, and has somebody sleep until the next one.
    private func wake(at due: Duration) async {
        do {
            try await clock.sleep(for: max(.zero, due - elapsed()))
        } catch {
            // Somebody wakes earlier, or nobody need wake.
            return
        }
        let rings = state.withLock { state in
            // It was called off too late.
            guard state.sleeper?.due == due else { return [@Sendable () -> Void]() }
            let (rings, next) = state.take(through: elapsed())
            state.sleeper = nil
            if let next { sleep(until: next, &state) }
            return rings
        }
        for ring in rings { ring() }
    }

    private static func stopwatch(_ clock: some Clock<Duration>) -> @Sendable () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}
