import JobsysAWS
import JobsysCore
import JobsysJSON
import JobsysTime

/// The write that records a run's success, if the run still holds its lease.
enum SuccessWrite {
    /// What differs between successes.
    enum Blank: CaseIterable {
        case key
        case generation
        case attempt
        case owner
        case result
        case now
        case expiresAt
    }

    static func template(table: String) -> RequestTemplate<Blank> {
        RequestTemplate { update(table: table, text: $0) }
    }

    static func update(table: String, text: (Blank) -> String) -> DynamoDB.UpdateItem {
        let now = AttributeValue.s(text(.now))
        return DynamoDB.UpdateItem(
            table: table,
            key: [JobItem.partitionKey: .s(text(.key))],
            update: Update()
                .set(JobItem.updatedAt, now)
                .remove(JobItem.leaseExpiresAt)
                .set(JobItem.status, .s(JobStatus.succeeded.rawValue))
                .set(JobItem.result, .s(text(.result)))
                .set(JobItem.finishedAt, now)
                .set(JobItem.expiresAt, .n(text(.expiresAt)))
                .remove(JobItem.error)
                .remove(JobItem.cancelRequestedAt)
                .removingOpenKeys(),
            condition: .isHeld(generation: text(.generation), attempt: text(.attempt), owner: text(.owner)),
            returnsExistingOnFailure: true
        )
    }
}

extension RequestTemplate<SuccessWrite.Blank> {
    /// The write of this run's success.
    func filled(_ run: Run, _ result: JobResult, at instant: Timestamp) -> FilledUpdate<Blank> {
        let now = instant.description
        return FilledUpdate(template: self) { blank in
            switch blank {
            case .key: JobItem.partition(of: run.jobID)
            case .generation: String(run.generation)
            case .attempt: String(run.attempt)
            case .owner: run.owner
            case .result: result.value.serializedString
            case .now: now
            case .expiresAt: String(result.expiresAt.seconds)
            }
        }
    }
}

extension Condition {
    /// The record is still the run's of this generation, attempt and owner.
    static func isHeld(generation: String, attempt: String, owner: String) -> Condition {
        Attribute(JobItem.status) == .s(JobStatus.running.rawValue)
            && Attribute(JobItem.generation) == .n(generation)
            && Attribute(JobItem.attempts) == .n(attempt)
            && Attribute(JobItem.leaseOwner) == .s(owner)
    }
}
