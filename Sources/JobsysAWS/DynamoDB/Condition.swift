extension DynamoDB {
    /// A condition on an item: for a write, as the filter of a query or on its key.
    ///
    /// Names and values are never part of the expression's text: they are sent apart, under aliases.
    public indirect enum Condition: Sendable, Hashable {
        /// Two sides compared; written `Attribute("status") == .s("X")` or `Attribute("tags").size > .n(3)`.
        case compare(Operand, Comparison, Operand)
        /// An attribute, or its size, in a list of values.
        case isIn(Operand, [AttributeValue])
        /// An attribute, or its size, between two values.
        case between(Operand, AttributeValue, AttributeValue)
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
        public static func attributeExists(_ name: String) -> Condition { Attribute(name).exists }

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
        case .compare(let left, let comparison, let right):
            "\(left.render(&aliases)) \(comparison.rawValue) \(right.render(&aliases))"
        case .isIn(let operand, let values):
            "\(operand.render(&aliases)) IN (\(values.map { aliases.value($0) }.joined(separator: ", ")))"
        case .between(let operand, let low, let high):
            "\(operand.render(&aliases)) BETWEEN \(aliases.value(low)) AND \(aliases.value(high))"
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
        case .all(let conditions) where conditions.count == 1: conditions[0].renderOperand(&aliases)
        case .any(let conditions) where conditions.count == 1: conditions[0].renderOperand(&aliases)
        case .all, .any, .not: "(\(render(&aliases)))"
        case .compare, .isIn, .between, .call: render(&aliases)
        }
    }
}
