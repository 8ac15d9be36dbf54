import JobsTestKit

/// Something that happens to a process during the drill.
struct Adversity: Sendable {
    /// What happens.
    enum Kind: String, Sendable, Hashable, CaseIterable {
        /// It is killed, and started again after a while.
        case kill
        /// It is stopped for longer than a lease, and goes on as if nothing had been.
        case freeze
        /// It is asked to end, and started again.
        case terminate
    }

    let kind: Kind
    /// Which process, by its place in the fleet.
    let place: Int
    /// How long after the drill's start.
    let start: Duration
    /// How long the process is away.
    let length: Duration

    /// Draws what happens: something every second or two, to no process twice at the same time.
    static func plan(seed: UInt64, fleet: [Service], lease: Duration, for length: Duration) -> [Adversity] {
        var generator = SeededGenerator(seed: seed &+ 2)
        var time = Duration.seconds(2)
        var free = [Duration](repeating: .zero, count: fleet.count)
        var plan: [Adversity] = []
        while time < length {
            let place = Int.random(in: fleet.indices, using: &generator)
            let draw = Int.random(in: 0..<10, using: &generator)
            let kind: Kind = draw < 5 ? .kill : draw < 8 ? .freeze : .terminate
            let pause = Duration.milliseconds(Int.random(in: 100...2000, using: &generator))
            let absence = kind == .freeze ? lease + .seconds(1) + pause : pause
            if free[place] <= time {
                plan.append(Adversity(kind: kind, place: place, start: time, length: absence))
                // Starting again takes its time too.
                free[place] = time + absence + .seconds(4)
            }
            time += .milliseconds(Int.random(in: 500...2500, using: &generator))
        }
        return plan
    }
}
