extension DynamoDB {
    /// An attribute in a condition, by its name, or by the way to it through maps.
    public struct Attribute: Sendable, Hashable {
        let path: [String]

        /// Names an attribute; `member` leads on into a map.
        public init(_ name: String, _ member: String...) {
            path = [name] + member
        }

        /// The attribute equals the value.
        public static func == (attribute: Attribute, value: AttributeValue) -> Condition {
            .compare(attribute, .equal, value)
        }

        /// The attribute is there and differs from the value.
        public static func != (attribute: Attribute, value: AttributeValue) -> Condition {
            .compare(attribute, .notEqual, value)
        }

        /// The attribute is less than the value.
        public static func < (attribute: Attribute, value: AttributeValue) -> Condition {
            .compare(attribute, .less, value)
        }

        /// The attribute is less than another one of the same item.
        public static func < (left: Attribute, right: Attribute) -> Condition {
            .compareAttributes(left, .less, right)
        }

        /// The attribute is at most the value.
        public static func <= (attribute: Attribute, value: AttributeValue) -> Condition {
            .compare(attribute, .lessOrEqual, value)
        }

        /// The attribute is greater than the value.
        public static func > (attribute: Attribute, value: AttributeValue) -> Condition {
            .compare(attribute, .greater, value)
        }

        /// The attribute is at least the value.
        public static func >= (attribute: Attribute, value: AttributeValue) -> Condition {
            .compare(attribute, .greaterOrEqual, value)
        }

        /// The attribute is one of up to 100 values.
        public func isIn(_ values: [AttributeValue]) -> Condition { .isIn(self, values) }

        /// The attribute lies between two values, both included.
        public func isBetween(_ low: AttributeValue, and high: AttributeValue) -> Condition {
            .between(self, low, high)
        }

        /// The attribute, a string, begins with a prefix.
        public func beginsWith(_ prefix: String) -> Condition { .call("begins_with", self, .s(prefix)) }

        /// The attribute, a set, list or string, contains the value.
        public func contains(_ value: AttributeValue) -> Condition { .call("contains", self, value) }
    }
}
