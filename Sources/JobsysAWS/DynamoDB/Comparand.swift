extension DynamoDB {
    /// What conditions compare: an attribute or its size.
    public protocol Comparand: Sendable {
        /// The side of a comparison that it is.
        var operand: Operand { get }
    }
}

extension DynamoDB.Comparand {
    /// Equal to a value.
    public static func == (left: Self, right: DynamoDB.AttributeValue) -> DynamoDB.Condition {
        .compare(left.operand, .equal, .value(right))
    }

    /// Different from a value; an attribute that is not there is not different.
    public static func != (left: Self, right: DynamoDB.AttributeValue) -> DynamoDB.Condition {
        .compare(left.operand, .notEqual, .value(right))
    }

    /// Less than a value.
    public static func < (left: Self, right: DynamoDB.AttributeValue) -> DynamoDB.Condition {
        .compare(left.operand, .less, .value(right))
    }

    /// At most a value.
    public static func <= (left: Self, right: DynamoDB.AttributeValue) -> DynamoDB.Condition {
        .compare(left.operand, .lessOrEqual, .value(right))
    }

    /// Greater than a value.
    public static func > (left: Self, right: DynamoDB.AttributeValue) -> DynamoDB.Condition {
        .compare(left.operand, .greater, .value(right))
    }

    /// At least a value.
    public static func >= (left: Self, right: DynamoDB.AttributeValue) -> DynamoDB.Condition {
        .compare(left.operand, .greaterOrEqual, .value(right))
    }

    /// Compared with another attribute of the same item, or its size.
    public func compares(_ comparison: DynamoDB.Condition.Comparison, _ other: some DynamoDB.Comparand)
        -> DynamoDB.Condition
    {
        .compare(operand, comparison, other.operand)
    }

    /// Less than another attribute of the same item, or its size.
    public static func < (left: Self, right: some DynamoDB.Comparand) -> DynamoDB.Condition {
        left.compares(.less, right)
    }

    /// One of up to 100 values.
    public func isIn(_ values: [DynamoDB.AttributeValue]) -> DynamoDB.Condition { .isIn(operand, values) }

    /// Between two values, both included.
    public func isBetween(_ low: DynamoDB.AttributeValue, and high: DynamoDB.AttributeValue) -> DynamoDB.Condition {
        .between(operand, low, high)
    }
}

extension DynamoDB {
    /// One side of a comparison.
    public enum Operand: Sendable, Hashable {
        /// An attribute's value.
        case attribute(Attribute)
        /// An attribute's size.
        case size(Attribute)
        /// A value of ours.
        case value(AttributeValue)

        func render(_ aliases: inout ExpressionAliases) -> String {
            switch self {
            case .attribute(let attribute): aliases.name(attribute)
            case .size(let attribute): "size(\(aliases.name(attribute)))"
            case .value(let value): aliases.value(value)
            }
        }
    }
}

extension DynamoDB {
    /// The size of an attribute, to be compared with a number; made by ``Attribute/size``.
    public struct Size: Sendable, Hashable {
        let attribute: Attribute
    }
}

extension DynamoDB.Size: DynamoDB.Comparand {
    /// The attribute's size.
    public var operand: DynamoDB.Operand { .size(attribute) }
}
