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

    /// All items of a kind that the index `directory` lists, or those that are listed by a text with a prefix, in their
    /// order.
    ///
    /// - Throws: ``DependencyError``; `directoryMissing` for a table without that index.
    func directory(of table: String, _ kind: String, prefix: String? = nil) async throws -> [Item] {
        let isOfKind: Condition = Attribute(DirectoryItem.kind) == .s(kind)
        let query = DynamoDB.Query(
            table: table,
            index: DirectoryItem.index,
            keyCondition: prefix.map { isOfKind && Attribute(DirectoryItem.kindSort).beginsWith($0) } ?? isOfKind
        )
        do {
            return try await translatingErrors {
                var items: [Item] = []
                for try await page in pages(of: query) { items += page.items }
                return items
            }
        } catch let error as DependencyError where error.refusesRequest {
            throw DependencyError(missingDirectory: error)
        }
    }
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

extension DependencyError {
    /// Makes the error of a table whose index is not there, or not filled yet: such a query is refused, and nothing else is
    /// wrong with ours.
    ///
    /// Source: DynamoDB API Reference, `Query`; Developer Guide, "Adding a global secondary index to an existing table".
    fileprivate init(missingDirectory refusal: DependencyError) {
        self.init(
            dependency: refusal.dependency,
            code: Self.directoryMissing,
            message: "the table has no index \(DirectoryItem.index) that can be read yet (\(refusal.message)): "
                + "deploy infra/cloudformation/data-plane.yaml",
            isTransient: false,
            cause: refusal
        )
    }
}
