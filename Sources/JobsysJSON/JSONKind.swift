/// What kind of value comes next in a document.
public enum JSONKind: Sendable, Hashable, CustomStringConvertible {
    case object
    case array
    case string
    case number
    case bool
    case null

    /// The kind with its article, as error messages need it.
    public var description: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .bool: "a boolean"
        case .null: "null"
        }
    }
}
