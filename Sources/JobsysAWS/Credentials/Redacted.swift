/// A value that holds secrets: no description shows what is in it, and neither does `dump`.
public protocol Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Redacted {
    /// The type's name alone.
    public var description: String { "\(Self.self)([redacted])" }

    /// The type's name alone.
    public var debugDescription: String { description }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
