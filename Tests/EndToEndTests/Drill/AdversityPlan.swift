import JobsysPropertyTestKit

/// What happens to the processes, for as long as anybody asks: something every second or two, to no process twice at the
/// same time.
struct AdversityPlan: Sequence, IteratorProtocol {
    private let lease: Duration
    private var generator: SeededGenerator
    private var time = Duration.seconds(2)
    /// When each process can be struck again, by its place in the fleet.
    private var free: [Duration]

    init(seed: UInt64, fleet: [Service], lease: Duration) {
        self.lease = lease
        generator = SeededGenerator(seed: seed &+ 2)
        free = [Duration](repeating: .zero, count: fleet.count)
    }

    /// Draws what happens next.
    mutating func next() -> Adversity? {
        while true {
            let adversity = draw()
            time += .milliseconds(Int.random(in: 500...2500, using: &generator))
            guard free[adversity.place] <= adversity.start else { continue }
            // Starting again takes its time too.
            free[adversity.place] = adversity.start + adversity.length + .seconds(4)
            return adversity
        }
    }

    private mutating func draw() -> Adversity {
        let place = Int.random(in: free.indices, using: &generator)
        let draw = Int.random(in: 0..<12, using: &generator)
        let kind: Adversity.Kind = draw < 5 ? .kill : draw < 8 ? .freeze : draw < 10 ? .terminate : .replace
        let pause = Duration.milliseconds(Int.random(in: 100...2000, using: &generator))
        let absence = kind == .freeze ? lease + .seconds(1) + pause : pause
        return Adversity(kind: kind, place: place, start: time, length: absence)
    }
}
