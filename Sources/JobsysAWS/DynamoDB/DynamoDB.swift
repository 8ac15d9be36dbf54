public import JobsysJSON

/// The operations of Amazon DynamoDB.
///
/// Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/Welcome.html
public enum DynamoDB {
    /// An item, or the key of one: attributes by name.
    public typealias Item = [String: AttributeValue]
}

extension AWSService {
    /// Amazon DynamoDB; it answers in milliseconds, so it is asked again sooner and once more than the others.
    public static let dynamoDB = AWSService(
        endpointPrefix: "dynamodb",
        environmentName: "DYNAMODB",
        targetPrefix: "DynamoDB_20120810",
        baseRetryDelay: .milliseconds(25),
        maxAttempts: 4
    )
}

/// An operation of DynamoDB: whoever observes calls may be told what it consumed.
public protocol DynamoDBOperation: AWSOperation {
    /// Writes the members of the input.
    func encodeMembers(to writer: inout JSONWriter)
}

extension DynamoDBOperation {
    /// DynamoDB.
    public static var service: AWSService { .dynamoDB }

    /// All that read or write items do.
    public static var reportsConsumedCapacity: Bool { true }

    /// Writes the input.
    public func encode(to writer: inout JSONWriter) {
        writer.object { encodeMembers(to: &$0) }
    }
}
