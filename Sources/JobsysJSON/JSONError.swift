/// Why a document was refused, and where.
///
/// Messages name bytes, kinds and member names, never a value of the document.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was found and what was expected.
    public var message: String
    /// How many bytes of the document come before the fault.
    public var offset: Int
    /// The value that the fault is in, as far as it was known; the root for a fault of the document itself.
    public var path: JSONPointer

    /// Creates an error.
    public init(message: String, offset: Int, path: JSONPointer = .root) {
        self.message = message
        self.offset = offset
        self.path = path
    }

    /// The message with the place.
    public var description: String {
        path == .root ? "\(message) (at byte \(offset))" : "\(message) (at byte \(offset), in \(path))"
    }

    func inside(_ component: String) -> JSONError {
        JSONError(message: message, offset: offset, path: path.prepending(component))
    }
}
