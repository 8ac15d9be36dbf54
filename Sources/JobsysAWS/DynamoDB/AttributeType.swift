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
