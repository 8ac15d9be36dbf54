extension DynamoDB {
    /// What an update sets an attribute to: `.attribute(count) + .value(.n(1))`.
    ///
    /// Attributes in it are as they were before the update.
    public indirect enum UpdateValue: Sendable, Hashable {
        /// A value of ours.
        case value(AttributeValue)
        /// The value of an attribute, which must be there.
        case attribute(Attribute)
        /// The value of an attribute, or another one where it is not there.
        case ifNotExists(Attribute, UpdateValue)
        /// The elements of two lists; to put something in front, name the longer one second.
        case append(UpdateValue, UpdateValue)
        /// The sum of two numbers.
        case sum(UpdateValue, UpdateValue)
        /// The difference of two numbers.
        case difference(UpdateValue, UpdateValue)

        /// The sum of two numbers, neither of which is a sum or difference itself.
        public static func + (left: UpdateValue, right: UpdateValue) -> UpdateValue { .sum(left, right) }

        /// The difference of two numbers, neither of which is a sum or difference itself.
        public static func - (left: UpdateValue, right: UpdateValue) -> UpdateValue { .difference(left, right) }

        func render(_ aliases: inout ExpressionAliases) -> String {
            switch self {
            case .value(let value):
                aliases.value(value)
            case .attribute(let attribute):
                aliases.name(attribute)
            case .ifNotExists(let attribute, let other):
                "if_not_exists(\(aliases.name(attribute)), \(other.render(&aliases)))"
            case .append(let left, let right):
                "list_append(\(left.render(&aliases)), \(right.render(&aliases)))"
            case .sum(let left, let right):
                "\(left.render(&aliases)) + \(right.render(&aliases))"
            case .difference(let left, let right):
                "\(left.render(&aliases)) - \(right.render(&aliases))"
            }
        }
    }
}
