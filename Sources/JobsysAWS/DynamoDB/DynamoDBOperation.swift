public import JobsysJSON

/// An operation of DynamoDB; ``DynamoDB/Metered`` asks with it what it consumed.
public protocol DynamoDBOperation: AWSOperation {
    /// Writes the members of the input.
    func encodeMembers(to writer: inout JSONWriter)
}

extension DynamoDBOperation {
    /// DynamoDB.
    public static var service: AWSService { .dynamoDB }

    /// Writes the input.
    public func encode(to writer: inout JSONWriter) {
        writer.object { encodeMembers(to: &$0) }
    }
}
