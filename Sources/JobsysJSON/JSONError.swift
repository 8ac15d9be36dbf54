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

/// The place of a value in a document (RFC 6901).
public struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    /// The unescaped names and indices from the root down.
    public let components: [String]

    /// The whole document.
    public static let root = JSONPointer(components: [])

    /// Creates a pointer from unescaped names.
    public init(components: [String]) {
        self.components = components
    }

    /// The pointer to a member of the object that this one points to.
    public func appending(_ name: String) -> JSONPointer {
        JSONPointer(components: components + [name])
    }

    /// The pointer to an element of the array that this one points to.
    public func appending(_ index: Int) -> JSONPointer {
        appending(String(index))
    }

    /// The escaped text: "" for the root, otherwise "/" before each component, "~0" for "~" and "~1" for "/".
    public var description: String {
        var text: [UInt8] = []
        for component in components {
            text.append(UInt8(ascii: "/"))
            for byte in component.utf8 {
                switch byte {
                case UInt8(ascii: "~"): text += "~0".utf8
                case UInt8(ascii: "/"): text += "~1".utf8
                default: text.append(byte)
                }
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    func prepending(_ name: String) -> JSONPointer {
        JSONPointer(components: [name] + components)
    }
}
