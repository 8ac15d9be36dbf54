extension DynamoDB {
    /// The value of an attribute.
    public enum AttributeValue: Sendable, Hashable {
        /// A string.
        case s(String)
        /// A number as text, up to 38 digits; the service drops leading and trailing zeroes.
        case n(String)
        /// Bytes.
        case b([UInt8])
        /// A truth value.
        case bool(Bool)
        /// Null.
        case null
        /// A map.
        case m([String: AttributeValue])
        /// A list.
        case l([AttributeValue])
        /// A set of strings, not empty.
        case ss([String])
        /// A set of numbers, not empty.
        case ns([String])
        /// A set of byte strings, not empty.
        case bs([[UInt8]])

        /// A whole number.
        public static func n(_ value: Int) -> AttributeValue { .n(String(value)) }

        /// A number, finite, in the fewest digits that read back as the same one.
        ///
        /// DynamoDB refuses what is nearer to zero than 1e-130 and what is not below 1e126.
        public static func n(_ value: Double) -> AttributeValue {
            precondition(value.isFinite, "DynamoDB has neither infinity nor NaN")
            return .n(value.description)
        }

        /// The text of a string.
        public var string: String? {
            if case .s(let text) = self { text } else { nil }
        }

        /// The value of a whole number.
        public var int: Int? {
            if case .n(let text) = self { Int(text) } else { nil }
        }

        /// The nearest double to a number.
        public var double: Double? {
            if case .n(let text) = self { Double(text) } else { nil }
        }

        /// The value of a boolean.
        public var bool: Bool? {
            if case .bool(let value) = self { value } else { nil }
        }

        /// The content of a map.
        public var map: [String: AttributeValue]? {
            if case .m(let members) = self { members } else { nil }
        }

        /// The content of a list.
        public var list: [AttributeValue]? {
            if case .l(let elements) = self { elements } else { nil }
        }

        /// The content of a byte string.
        public var bytes: [UInt8]? {
            if case .b(let bytes) = self { bytes } else { nil }
        }
    }
}
