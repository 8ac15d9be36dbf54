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
