import JobsysAWS
public import JobsysCore
public import JobsysTime
import Logging

extension DynamoDBJobStore: MemberStore {
    /// Reads jobs, a hundred with each call; one that cannot be read is left out, and warned of.
    public func members(_ ids: [JobID]) async throws -> [JobID: Job] {
        let items = try await client.items(of: table, keys: ids.map(JobItem.partition), consistently: true)
        var jobs: [JobID: Job] = [:]
        for (key, item) in items {
            do {
                let job = try Job(item: item)
                jobs[job.id] = job
            } catch {
                let metadata: Logger.Metadata = ["job.key": "\(key)", "error.message": "\(error)"]
                Logger.current.warning("member of a workflow cannot be read", metadata: metadata)
            }
        }
        return jobs
    }

    /// Moves a job from `WAITING` to `PENDING`.
    public func release(_ id: JobID, at now: Timestamp) async throws -> Release {
        let write = DynamoDB.UpdateItem(
            table: table,
            key: JobItem.key(of: id),
            update: Update().set(JobItem.status, .s(JobStatus.pending.rawValue)).set(JobItem.updatedAt, .time(now)),
            condition: Attribute(JobItem.status) == .s(JobStatus.waiting.rawValue),
            returning: .allNew,
            returnsExistingOnFailure: true
        )
        switch try await translatingErrors({ try await client.perform(write) }) {
        case .applied(let item): return .released(try Job(item: try present(item)))
        case .conditionFailed(let existing): return try existing.map { .other(try Job(item: $0)) } ?? .noSuchJob
        }
    }
}
