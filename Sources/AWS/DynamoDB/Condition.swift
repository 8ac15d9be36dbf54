extension DynamoDB {
    /// A condition on an item: for a write, as the filter of a query or on its key.
    ///
    /// Names and values are never part of the expression's text: they are sent apart, under aliases.
    public indirect enum Condition: Sendable, Hashable {
        /// An attribute compared with a value; written `Attribute("status") == .s("X")`.
        case compare(Attribute, Comparison, AttributeValue)
        /// An attribute compared with another one; written `Attribute("attempts") < Attribute("maxAttempts")`.
        case compareAttributes(Attribute, Comparison, Attribute)
        /// An attribute in a list of values.
        case isIn(Attribute, [AttributeValue])
        /// An attribute between two values.
        case between(Attribute, AttributeValue, AttributeValue)
        /// A function of an attribute, and of a value for some.
        case call(String, Attribute, AttributeValue?)
        /// All conditions hold.
        case all([Condition])
        /// At least one condition holds.
        case any([Condition])
        /// The condition does not hold.
        case not(Condition)

        /// How a comparison is written.
        public enum Comparison: String, Sendable, Hashable {
            /// Equal.
            case equal = "="
            /// Not equal.
            case notEqual = "<>"
            /// Less.
            case less = "<"
            /// At most.
            case lessOrEqual = "<="
            /// Greater.
            case greater = ">"
            /// At least.
            case greaterOrEqual = ">="
        }

        /// The item has the attribute.
        public static func attributeExists(_ name: String) -> Condition {
            .call("attribute_exists", Attribute(name), nil)
        }

        /// The item lacks the attribute; asked of a key attribute, there is no item.
        public static func attributeNotExists(_ name: String) -> Condition {
            .call("attribute_not_exists", Attribute(name), nil)
        }

        /// Both conditions hold.
        public static func && (lhs: Condition, rhs: Condition) -> Condition {
            if case .all(let conditions) = lhs { .all(conditions + [rhs]) } else { .all([lhs, rhs]) }
        }

        /// At least one of the conditions holds.
        public static func || (lhs: Condition, rhs: Condition) -> Condition {
            if case .any(let conditions) = lhs { .any(conditions + [rhs]) } else { .any([lhs, rhs]) }
        }

        /// The condition does not hold.
        public static prefix func ! (condition: Condition) -> Condition { .not(condition) }
    }
}

extension DynamoDB.Condition {
    /// The expression's text; what it names goes into the aliases.
    func render(_ aliases: inout DynamoDB.ExpressionAliases) -> String {
        switch self {
        case .compare(let attribute, let comparison, let value):
            "\(aliases.name(attribute)) \(comparison.rawValue) \(aliases.value(value))"
        case .compareAttributes(let left, let comparison, let right):
            "\(aliases.name(left)) \(comparison.rawValue) \(aliases.name(right))"
        case .isIn(let attribute, let values):
            "\(aliases.name(attribute)) IN (\(values.map { aliases.value($0) }.joined(separator: ", ")))"
        case .between(let attribute, let low, let high):
            "\(aliases.name(attribute)) BETWEEN \(aliases.value(low)) AND \(aliases.value(high))"
        case .call(let function, let attribute, nil):
            "\(function)(\(aliases.name(attribute)))"
        case .call(let function, let attribute, let value?):
            "\(function)(\(aliases.name(attribute)), \(aliases.value(value)))"
        case .all(let conditions):
            conditions.map { $0.renderOperand(&aliases) }.joined(separator: " AND ")
        case .any(let conditions):
            conditions.map { $0.renderOperand(&aliases) }.joined(separator: " OR ")
        case .not(let condition):
            "NOT \(condition.renderOperand(&aliases))"
        }
    }

    /// DynamoDB refuses parentheses that are not needed, so only compound operands get them.
    private func renderOperand(_ aliases: inout DynamoDB.ExpressionAliases) -> String {
        switch self {
        case .all, .any, .not: "(\(render(&aliases)))"
        case .compare, .compareAttributes, .isIn, .between, .call: render(&aliases)
        }
    }
}
