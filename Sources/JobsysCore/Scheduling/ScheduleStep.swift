import JobsysCron
import JobsysTime

/// What a schedule's time asks for next.
enum ScheduleStep: Sendable, Hashable {
    /// Nothing until then; nil for ever.
    case wait(until: Timestamp?)
    /// A tick fires; so many before it were missed.
    case fire(Timestamp, missed: Int)
    /// Ticks through one were missed, and none fires.
    case miss(Int, through: Timestamp)
}

extension Schedule {
    /// What its time asks for next, were it not paused and its runs short.
    func step(_ recurrence: Recurrence, at now: Timestamp) -> ScheduleStep {
        let policy = definition.missed
        // What is older fires in no case, however many there are; they are counted as far as that says something.
        let start = max(state.cursor, now + (.zero - policy.window - definition.jitter))
        var missed = 0
        var next = recurrence.next(after: state.cursor)
        while missed < Self.countLimit, let tick = next, tick < start {
            missed += 1
            next = recurrence.next(after: tick)
        }
        if missed == Self.countLimit { next = recurrence.next(after: start) }
        var late: [Timestamp] = []
        var onTime: Timestamp?
        while let tick = next, dueTime(of: tick) <= now {
            guard now.duration(since: dueTime(of: tick)) > MissedTicks.tolerance else {
                onTime = tick
                break
            }
            late.append(tick)
            next = recurrence.next(after: tick)
        }
        let fired = policy.fired(of: late, beforeOnTime: onTime != nil)
        missed += late.count - fired.count
        if let tick = fired.first ?? onTime { return .fire(tick, missed: missed) }
        if missed > 0 { return .miss(missed, through: late.last ?? start) }
        return .wait(until: next.map(dueTime))
    }

    /// When a tick is to fire: when its schedule says, or a little later.
    func dueTime(of tick: Timestamp) -> Timestamp {
        tick + ScheduleTick(scheduleID: key.id, at: tick).delay(within: definition.jitter, tenant: key.tenant)
    }

    /// How many missed ticks that are too old are counted one by one.
    private static let countLimit = 1000
}

extension MissedTicks {
    /// Those of the late ticks that fire, in their order.
    ///
    /// One that is on time does what the latest of the late ones would do.
    fileprivate func fired(of late: [Timestamp], beforeOnTime: Bool) -> ArraySlice<Timestamp> {
        switch self {
        case .none: []
        case .latest: beforeOnTime ? [] : late.suffix(1)
        case .all: late.suffix(Self.limit)
        }
    }
}
