import JobsysAWS
import JobsysCore

extension AWSClient {
    /// Reads items by their partition keys, a hundred with each call; those that are not there are left out.
    ///
    /// - Throws: ``DependencyError``; also if the table had no time for some of the keys in the end.
    func items(of table: String, keys: [String], consistently: Bool) async throws -> [String: Item] {
        // The service refuses to read one twice.
        let keys = Array(Set(keys))
        var items: [String: Item] = [:]
        for start in stride(from: 0, to: keys.count, by: Self.keysOfCall) {
            let batch = keys[start..<min(start + Self.keysOfCall, keys.count)]
            let read = DynamoDB.BatchGetItem([
                table: .init(keys: batch.map { [JobItem.partitionKey: .s($0)] }, consistent: consistently)
            ])
            let output = try await translatingErrors { try await complete(read) }
            let left = output.unprocessed.values.reduce(0) { $0 + $1.count }
            guard left == 0 else { throw DependencyError(unprocessedKeys: left) }
            for item in output.items.values.joined() {
                if let key = item[JobItem.partitionKey]?.string { items[key] = item }
            }
        }
        return items
    }

    /// Source: DynamoDB API Reference, `BatchGetItem`.
    private static let keysOfCall = 100
}

extension DependencyError {
    fileprivate init(unprocessedKeys count: Int) {
        self.init(
            dependency: AWSService.dynamoDB.endpointPrefix,
            code: "UnprocessedKeys",
            message: "the table had no time for \(count) keys of a batch",
            isTransient: true
        )
    }
}
