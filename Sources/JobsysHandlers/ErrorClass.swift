/// What kind of failure an attempt met.
///
/// A newer version, or a handler of somebody else's, may know other classes than these: they are kept as they are, and
/// treated as ``unknown``.
public struct ErrorClass: RawRepresentable, Sendable, Hashable, Codable {
    /// The class as records, messages and answers have it.
    public let rawValue: String

    /// Makes a class of any name.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The job itself is wrong and will be wrong again.
    public static let validation = ErrorClass(rawValue: "VALIDATION")
    /// Something could not be reached, or broke off.
    public static let network = ErrorClass(rawValue: "NETWORK")
    /// Something asked for less.
    public static let rateLimit = ErrorClass(rawValue: "RATE_LIMIT")
    /// Something that should work did not.
    public static let system = ErrorClass(rawValue: "SYSTEM")
    /// Nobody said what it was; its incident asks for a look.
    public static let unknown = ErrorClass(rawValue: "UNKNOWN")

    /// The class, or ``unknown`` for one that this version does not know: one of a bounded set, fit for a metric's label.
    public var known: ErrorClass { Self.allCases.contains(self) ? self : .unknown }
}

extension ErrorClass: CaseIterable {
    /// The classes that this version knows.
    public static let allCases: [ErrorClass] = [.validation, .network, .rateLimit, .system, .unknown]
}

extension ErrorClass: CustomStringConvertible {
    /// The class's name.
    public var description: String { rawValue }
}
