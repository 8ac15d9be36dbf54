/// How much a reader takes before it refuses a document.
public struct JSONLimits: Sendable, Hashable {
    /// How many arrays and objects may be open at once.
    public var depth: Int
    /// The largest document, in bytes.
    public var bytes: Int

    /// 64 levels and 16 MiB.
    public static let `default` = JSONLimits()

    /// Creates limits; what is left out is as in ``default``.
    public init(depth: Int = 64, bytes: Int = 16 * 1024 * 1024) {
        self.depth = depth
        self.bytes = bytes
    }
}
