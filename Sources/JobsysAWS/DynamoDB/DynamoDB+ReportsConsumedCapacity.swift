// The operations whose input has the member `ReturnConsumedCapacity`.

extension DynamoDB.DeleteItem {
    /// It does.
    public static var reportsConsumedCapacity: Bool { true }
}

extension DynamoDB.GetItem {
    /// It does.
    public static var reportsConsumedCapacity: Bool { true }
}

extension DynamoDB.PutItem {
    /// It does.
    public static var reportsConsumedCapacity: Bool { true }
}

extension DynamoDB.Query {
    /// It does.
    public static var reportsConsumedCapacity: Bool { true }
}

extension DynamoDB.TransactWriteItems {
    /// It does.
    public static var reportsConsumedCapacity: Bool { true }
}

extension DynamoDB.UpdateItem {
    /// It does.
    public static var reportsConsumedCapacity: Bool { true }
}

extension DynamoDB.BatchGetItem {
    /// It does.
    public static var reportsConsumedCapacity: Bool { true }
}

extension DynamoDB.BatchWriteItem {
    /// It does.
    public static var reportsConsumedCapacity: Bool { true }
}

extension DynamoDB.Scan {
    /// It does.
    public static var reportsConsumedCapacity: Bool { true }
}

extension DynamoDB.TransactGetItems {
    /// It does.
    public static var reportsConsumedCapacity: Bool { true }
}
