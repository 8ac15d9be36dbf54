/// What is counted by a label that others choose: so many labels at most, and one for all that come later.
///
/// Without a bound, whoever may choose a job's type could fill the memory.
public struct BoundedTallies<Tally> {
    private var tallies: [String: Tally] = [:]
    private let initial: Tally

    /// The label of all that have none of their own.
    public static var rest: String { "other" }
    /// How many labels there are besides.
    public static var limit: Int { 100 }

    /// Makes tallies of which each begins like this.
    public init(_ initial: Tally) {
        self.initial = initial
    }

    /// Changes the tally of a label.
    public mutating func update(_ label: String, _ change: (inout Tally) -> Void) {
        let isKnown = tallies.count < Self.limit || tallies[label] != nil
        let initial = initial
        change(&tallies[isKnown ? label : Self.rest, default: initial])
    }

    /// The tallies, in the order of their labels.
    public var sorted: [(label: String, tally: Tally)] {
        tallies.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension BoundedTallies: Sendable where Tally: Sendable {}
extension BoundedTallies: Equatable where Tally: Equatable {}
extension BoundedTallies: Hashable where Tally: Hashable {}

/// What a task does its work for: whose costs the calls are that it makes.
///
/// ```swift
/// try await CostTag.$current.withValue("thumbnails") { try await store.create(job) }
/// ```
///
/// Child tasks and unstructured ones inherit it. The domain sets the job's type; a client counts its calls by it.
public enum CostTag {
    /// The tag of what this task does; nil for none.
    @TaskLocal public static var current: String?
}
