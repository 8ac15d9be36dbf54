import JobsTestKit

/// Decides which of the possible moves is made.
protocol ModelChoices {
    /// Chooses one of so many; 0 is the plain course of things.
    mutating func choose(of count: Int) -> Int
}

/// Draws every move.
struct RandomChoices: ModelChoices {
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    mutating func choose(of count: Int) -> Int {
        Int.random(in: 0..<count, using: &generator)
    }
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

    mutating func choose(of count: Int) -> Int {
        defer { counts.append(count) }
        return deviations[counts.count, default: 0]
    }
}
