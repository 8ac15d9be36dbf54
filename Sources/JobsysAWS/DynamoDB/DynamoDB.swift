/// The operations of Amazon DynamoDB.
///
/// Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/Welcome.html
public enum DynamoDB {
    /// An item, or the key of one: attributes by name.
    public typealias Item = [String: AttributeValue]
}
