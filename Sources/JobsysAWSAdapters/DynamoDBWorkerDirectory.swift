public import JobsysAWS
public import JobsysCore
public import JobsysJSON
public import JobsysTime

/// Which workers there are and which types they offer, as items `WORKER#<id>` and `TYPE#<name>` of the table, listed by its
/// index `directory`.
///
/// The items of workers expire by the table's time to live, which may take days; until then readers pass them by.
public struct DynamoDBWorkerDirectory: WorkerDirectory {
    private let client: AWSClient
    private let table: String
    private let unreadable = UnreadableRecordLog()

    /// Makes a directory in the table that has the layout of `infra/cloudformation/data-plane.yaml`.
    public init(client: AWSClient, table: String) {
        self.client = client
        self.table = table
    }

    /// Writes the worker's item anew.
    public func announce(_ worker: WorkerRecord) async throws {
        let write = DynamoDB.PutItem(table: table, item: DirectoryItem.item(of: worker))
        _ = try await translatingErrors { try await client.perform(write) }
    }

    /// Deletes the worker's item.
    public func withdraw(_ workerID: String) async throws {
        let write = DynamoDB.DeleteItem(table: table, key: DirectoryItem.key(ofWorker: workerID))
        _ = try await translatingErrors { try await client.perform(write) }
    }

    /// Notes in each type's item when it was last offered.
    public func announce(_ types: [String], sensitive: [String: [FieldPath]], at now: Timestamp) async throws {
        for type in types {
            let update = (sensitive[type] ?? [])
                .reduce(DirectoryItem.update(ofType: type).set(DirectoryItem.offeredAt, .time(now))) {
                    $0.set(DirectoryItem.sensitivePrefix + $1.description, .time(now))
                }
            let write = DynamoDB.UpdateItem(
                table: table,
                key: DirectoryItem.key(ofType: type),
                update: update
            )
            _ = try await translatingErrors { try await client.perform(write) }
        }
    }

    /// Reads a type's item; one that cannot be read was never offered, as far as this version knows.
    public func lastOffered(_ type: String) async throws -> Timestamp? {
        let read = DynamoDB.GetItem(table: table, key: DirectoryItem.key(ofType: type), consistent: true)
        let item = try await translatingErrors { try await client.perform(read) }
        return item.flatMap { DirectoryItem.type(type, from: $0).lastOfferedAt }
    }

    /// Reads the workers from the index; one that cannot be read is left out, and warned of once.
    public func workers(at now: Timestamp) async throws -> [WorkerRecord] {
        try await client.directory(of: table, DirectoryItem.workers)
            .compactMap { item in
                do {
                    let worker = try DirectoryItem.worker(from: item)
                    return worker.expiresAt > now ? worker : nil
                } catch {
                    unreadable.warn(of: error, key: item[JobItem.partitionKey]?.string ?? "")
                    return nil
                }
            }
    }

    /// Reads the types from the index.
    public func types() async throws -> [TypeRecord] {
        try await client.directory(of: table, DirectoryItem.types)
            .compactMap { item in
                item[DirectoryItem.kindSort]?.string.map { DirectoryItem.type($0, from: item) }
            }
    }

    /// Notes the pause in the type's item, which it makes if there is none.
    public func pause(_ type: String, _ pause: TypePause) async throws -> TypeRecord {
        let update = DirectoryItem.update(ofType: type)
            .setIfNotExists(DirectoryItem.pausedAt, .time(pause.at))
            .set(DirectoryItem.pausedBy, ifPresent: pause.by.map { .s($0) })
            .set(DirectoryItem.pauseReason, ifPresent: pause.reason.map { .s($0) })
        return try await write(update, to: type, mustExist: false) ?? TypeRecord(type, pause: pause)
    }

    /// Removes the pause from the type's item.
    public func resume(_ type: String) async throws -> TypeRecord? {
        let update = DirectoryItem.update(ofType: type)
            .remove(DirectoryItem.pausedAt).remove(DirectoryItem.pausedBy).remove(DirectoryItem.pauseReason)
        return try await write(update, to: type, mustExist: true)
    }

    /// Notes the limits in the type's item, which it makes if there is one to note.
    public func limit(_ type: String, rate: LimitChange, concurrency: LimitChange) async throws -> TypeRecord? {
        let update = DirectoryItem.update(ofType: type)
            .change(DirectoryItem.rate, rate)
            .change(DirectoryItem.concurrency, concurrency)
        return try await write(update, to: type, mustExist: !rate.isSet && !concurrency.isSet)
    }

    private func write(_ update: Update, to type: String, mustExist: Bool) async throws -> TypeRecord? {
        let write = DynamoDB.UpdateItem(
            table: table,
            key: DirectoryItem.key(ofType: type),
            update: update,
            condition: mustExist ? .attributeExists(JobItem.partitionKey) : nil,
            returning: .allNew
        )
        switch try await translatingErrors({ try await client.perform(write) }) {
        case .applied(let item): return DirectoryItem.type(type, from: item ?? [:])
        case .conditionFailed: return nil
        }
    }
}

extension DynamoDBWorkerDirectory: APIDirectory {
    /// Writes the process's item anew.
    public func announce(_ api: APIRecord) async throws {
        try await put(api, expiresAt: api.expiresAt)
    }

    /// Has the process's item expire, which takes no permission to delete items.
    public func withdrawAPI(_ api: APIRecord) async throws {
        try await put(api, expiresAt: api.seenAt)
    }

    /// Reads the processes from the index; one that cannot be read is taken to be there, as somebody has written it.
    public func apis(at now: Timestamp) async throws -> [APIRecord] {
        try await client.directory(of: table, DirectoryItem.apis)
            .compactMap { item in
                guard let id = item[DirectoryItem.kindSort]?.string,
                    (item[JobItem.expiresAt]?.int).map({ Int64($0) > now.seconds }) ?? true
                else { return nil }
                return APIRecord(id: id, seenAt: item[DirectoryItem.seenAt]?.string.flatMap { Timestamp($0) } ?? now)
            }
    }

    private func put(_ api: APIRecord, expiresAt: Timestamp) async throws {
        let write = DynamoDB.PutItem(table: table, item: DirectoryItem.item(of: api, expiresAt: expiresAt))
        _ = try await translatingErrors { try await client.perform(write) }
    }
}

extension Update {
    /// Sets an attribute, or removes it if there is no value.
    fileprivate func set(_ name: String, ifPresent value: AttributeValue?) -> Update {
        value.map { set(name, $0) } ?? remove(name)
    }

    /// Changes a number.
    fileprivate func change(_ name: String, _ change: LimitChange) -> Update {
        switch change {
        case .keep: self
        case .remove: remove(name)
        case .set(let number): set(name, .n(number))
        }
    }
}
