/// Over how many partitions of an index the jobs of a day are spread, and those that are due.
///
/// A part of the data's layout: who reads must look at no fewer than who wrote has used. So it is raised where jobs are
/// read before it is raised where they are written, and never lowered while jobs of that time are kept.
public struct IndexShards: Sendable, Hashable {
    /// How many.
    public var count: Int

    /// Makes a number of shards, which must be 1 or more.
    public init(_ count: Int) {
        precondition(count > 0, "an index needs a partition")
        self.count = count
    }

    /// Enough for 4,000 submissions a second.
    public static let standard = IndexShards(4)
}
