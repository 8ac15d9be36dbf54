import HeapModule
import JobsysTime
import Synchronization

/// Runs callbacks at their times, all of them by one sleeping task.
///
/// What must be done for a run that lasts is nearly always cancelled long before its time. A sleep for each would stay in
/// the runtime's queue until its time has come all the same, by the ten thousands under load. Here, a cancelled alarm's
/// entry stays until it comes up, or until the cancelled ones outnumber the others: then all of them are removed at once.
/// So the memory is proportional to the alarms that are set, and each call costs a logarithm of their number.
package final class AlarmClock: Sendable {
    /// An alarm that was set.
    package struct Alarm: Sendable, Hashable {
        fileprivate let number: Int
    }

    /// When an alarm rings; of several at the same time, the one that was set first.
    private struct Entry: Comparable {
        let due: Duration
        let alarm: Alarm

        static func < (left: Entry, right: Entry) -> Bool {
            (left.due, left.alarm.number) < (right.due, right.alarm.number)
        }
    }

    private struct State {
        var count = 0
        var rings: [Alarm: @Sendable () -> Void] = [:]
        /// Those that are set, and some that were cancelled.
        var entries = Heap<Entry>()
        /// Who sleeps, and until when; nil while there are no alarms.
        var sleeper: (task: Task<Void, Never>, due: Duration)?
        /// Where the sleeper sleeps, which is a task of its own and knows no workplace.
        var executor: (any TaskExecutor)?
        /// How often there were no alarms left in the second that began then.
        var silences = (count: 0, since: Duration.zero)

        /// Notes that there are no alarms; answers whether that is so often that the sleeper had better stay for the next.
        mutating func isBusy(at now: Duration) -> Bool {
            if now - silences.since > .seconds(1) { silences = (0, now) }
            silences.count += 1
            return silences.count > 20
        }

        /// Takes out what is due, and cancelled alarms that would be next.
        mutating func take(through now: Duration) -> [@Sendable () -> Void] {
            var ringing: [@Sendable () -> Void] = []
            while let entry = entries.min, entry.due <= now || rings[entry.alarm] == nil {
                entries.removeMin()
                if let ring = rings.removeValue(forKey: entry.alarm) { ringing.append(ring) }
            }
            return ringing
        }

        /// Removes the cancelled entries if they outnumber the others, which is a constant cost for each of them.
        mutating func removeCancelled() {
            guard entries.count > 2 * rings.count + AlarmClock.tolerableEntries else { return }
            entries.removeAll { rings[$0.alarm] == nil }
        }
    }

    private let state = Mutex(State())
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration

    /// Makes an alarm clock that goes by another clock.
    package init(_ clock: any Clock<Duration>) {
        self.clock = clock
        elapsed = stopwatch(clock)
    }

    /// Has `ring` called after some time; it must not block.
    package func set(after delay: Duration, _ ring: @escaping @Sendable () -> Void) -> Alarm {
        let due = elapsed() + delay
        return state.withLock { state in
            state.count += 1
            let alarm = Alarm(number: state.count)
            state.rings[alarm] = ring
            state.entries.insert(Entry(due: due, alarm: alarm))
            sleep(until: due, &state)
            return alarm
        }
    }

    /// How many entries are kept, those of cancelled alarms among them.
    package var entryCount: Int { state.withLock(\.entries.count) }

    /// Cancels an alarm; harmless if it has rung.
    package func cancel(_ alarm: Alarm) {
        let sleeper = state.withLock { state -> Task<Void, Never>? in
            state.rings[alarm] = nil
            state.removeCancelled()
            guard state.rings.isEmpty else { return nil }
            state.entries = Heap()
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
        // It belongs to no job, and ends when there are no alarms. It must wake though handlers block or compute.
        state.executor = Workplace.executor ?? state.executor
        let task = Task.detached(executorPreference: state.executor) { await self.wake(at: due) }
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
            // It was cancelled too late.
            guard state.sleeper?.due == due else { return [@Sendable () -> Void]() }
            state.sleeper = nil
            return state.take(through: elapsed())
        }
        for ring in rings { ring() }
        // Only now: who moves a manual clock when everybody sleeps must find what rang done.
        state.withLock { state in
            if let next = state.entries.min?.due { sleep(until: next, &state) }
        }
    }

    /// How many cancelled entries are not worth a removal.
    private static let tolerableEntries = 64
}
