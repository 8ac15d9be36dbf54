/// How many values lie in each of some ranges.
public struct Histogram: Sendable, Hashable {
    /// The ranges' upper ends, which belong to them, in rising order; above the last there is one more range.
    private let bounds: [Double]
    private var counts: [Int]

    /// All values together.
    public private(set) var sum = 0.0

    /// Makes a histogram of these ranges, without values.
    ///
    /// - Parameter bounds: The ranges' upper ends, in rising order.
    public init(bounds: [Double] = Self.seconds) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<), "bounds must rise")
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// Adds a value.
    public mutating func record(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    /// The ranges' upper ends, the last of them infinite, and how many values lie in each.
    public var buckets: some Sequence<(Double, Int)> { zip(bounds + [.infinity], counts) }

    /// Ranges for times, from requests to jobs of an hour.
    public static let seconds: [Double] = [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600,
    ]
}
