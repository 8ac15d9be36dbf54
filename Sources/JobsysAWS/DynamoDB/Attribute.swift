extension DynamoDB {
    /// An attribute of an item, by its name or by the way to it: `Attribute("log")[0]["at"]`.
    ///
    /// Names may hold anything, also dots and DynamoDB's reserved words: they are sent under aliases.
    public struct Attribute: Sendable, Hashable {
        enum Step: Sendable, Hashable {
            case name(String)
            case index(Int)
        }

        let path: [Step]

        /// Names an attribute; `member` leads on into a map.
        public init(_ name: String, _ member: String...) {
            path = ([name] + member).map { .name($0) }
        }

        private init(path: [Step]) {
            self.path = path
        }

        /// A member of this attribute, which is a map.
        public subscript(member: String) -> Attribute { Attribute(path: path + [.name(member)]) }

        /// An element of this attribute, which is a list.
        public subscript(index: Int) -> Attribute { Attribute(path: path + [.index(index)]) }

        /// The attribute's size: the length of a string, the bytes of a binary, the elements of a set, list or map.
        public var size: Size { Size(attribute: self) }

        /// The attribute is there.
        public var exists: Condition { .call("attribute_exists", self, nil) }

        /// The attribute is of a type.
        public func isOf(_ type: AttributeType) -> Condition { .call("attribute_type", self, .s(type.rawValue)) }

        /// The attribute, a string, begins with a prefix.
        public func beginsWith(_ prefix: String) -> Condition { .call("begins_with", self, .s(prefix)) }

        /// The attribute, a set, list or string, contains the value.
        public func contains(_ value: AttributeValue) -> Condition { .call("contains", self, value) }
    }
}

extension DynamoDB.Attribute: DynamoDB.Comparand {
    /// The attribute's value.
    public var operand: DynamoDB.Operand { .attribute(self) }
}

extension DynamoDB {
    /// The types of attributes.
    public enum AttributeType: String, Sendable, Hashable {
        /// A string.
        case string = "S"
        /// A number.
        case number = "N"
        /// Bytes.
        case binary = "B"
        /// A truth value.
        case bool = "BOOL"
        /// Null.
        case null = "NULL"
        /// A map.
        case map = "M"
        /// A list.
        case list = "L"
        /// A set of strings.
        case stringSet = "SS"
        /// A set of numbers.
        case numberSet = "NS"
        /// A set of byte strings.
        case binarySet = "BS"
    }
}
