import JobsysPropertyTestKit

/// Decides which of the possible moves is made.
protocol ModelChoices {
    /// Chooses one of so many, of which the first are the plain course of things, and 0 the plainest.
    mutating func choose(of count: Int, plain: Int) -> Int
}

/// Draws every move, a plain one most of the time: else all that may go wrong has done so before the job has begun.
struct RandomChoices: ModelChoices {
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    mutating func choose(of count: Int, plain: Int) -> Int {
        let isPlain = Double.random(in: 0..<1, using: &generator) < Self.plainShare
        return Int.random(in: 0..<(isPlain ? plain : count), using: &generator)
    }

    private static let plainShare = 0.8
}

/// Makes the plain move but at a few places, and notes which other moves there were.
struct DeviatingChoices: ModelChoices {
    /// Which move is made instead of the plain one, by its place.
    let deviations: [Int: Int]
    /// How many moves were possible at each place so far.
    private(set) var counts: [Int] = []

    init(_ deviations: [Int: Int]) {
        self.deviations = deviations
    }

    mutating func choose(of count: Int, plain: Int) -> Int {
        defer { counts.append(count) }
        return deviations[counts.count, default: 0]
    }
}
