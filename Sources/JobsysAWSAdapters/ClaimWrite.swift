import JobsysAWS
import JobsysCore
import JobsysTime

/// The write that takes a job for a claim, if its record allows it.
enum ClaimWrite {
    /// What differs between claims.
    enum Blank: CaseIterable {
        case key
        case generation
        case payloadHash
        case owner
        case messageID
        case leaseExpiresAt
        case sensitive
        case now
    }

    static func template(table: String) -> RequestTemplate<Blank> {
        RequestTemplate { update(table: table, text: $0) }
    }

    /// The same for jobs of a type that has fields which nobody is shown.
    static func sensitiveTemplate(table: String) -> RequestTemplate<Blank> {
        RequestTemplate { text in
            update(table: table, Update().set(JobItem.sensitive, .s(text(.sensitive))), text: text)
        }
    }

    static func update(
        table: String,
        _ beginning: Update = Update(),
        text: (Blank) -> String
    ) -> DynamoDB.UpdateItem {
        let now = AttributeValue.s(text(.now))
        return DynamoDB.UpdateItem(
            table: table,
            key: [JobItem.partitionKey: .s(text(.key))],
            update:
                beginning
                .set(JobItem.status, .s(JobStatus.running.rawValue))
                .set(JobItem.leaseOwner, .s(text(.owner)))
                .set(JobItem.leaseMessageID, .s(text(.messageID)))
                .set(JobItem.leaseExpiresAt, .s(text(.leaseExpiresAt)))
                .set(JobItem.startedAt, now)
                .set(JobItem.updatedAt, now)
                .remove(JobItem.runAt)
                .remove(JobItem.progress)
                .remove(JobItem.dueKey)
                .remove(JobItem.dueSort)
                .add(JobItem.attempts, 1),
            condition: Attribute(JobItem.generation) == .n(text(.generation))
                && Attribute(JobItem.payloadHash) == .s(text(.payloadHash))
                && Attribute(JobItem.attempts) < Attribute(JobItem.maxAttempts)
                && (waiting(at: now) || abandoned(at: now)) && .isOfKnownVersion,
            returning: .allNew,
            returnsExistingOnFailure: true
        )
    }

    private static func waiting(at now: AttributeValue) -> Condition {
        Attribute(JobItem.status).isIn([JobStatus.scheduled, .pending, .retrying].map { .s($0.rawValue) })
            && (.attributeNotExists(JobItem.runAt) || Attribute(JobItem.runAt) <= now)
    }

    private static func abandoned(at now: AttributeValue) -> Condition {
        // Who was to be told of a cancellation is no more: the job must not run again.
        Attribute(JobItem.status) == .s(JobStatus.running.rawValue) && Attribute(JobItem.leaseExpiresAt) < now
            && .attributeNotExists(JobItem.cancelRequestedAt)
    }
}

extension RequestTemplate<ClaimWrite.Blank> {
    /// The write of this claim.
    func filled(_ claim: Claim) -> FilledUpdate<Blank> {
        let now = claim.at.description
        return FilledUpdate(template: self) { blank in
            switch blank {
            case .key: JobItem.partition(of: claim.jobID)
            case .generation: String(claim.generation)
            case .payloadHash: claim.payloadHash
            case .owner: claim.owner
            case .messageID: claim.messageID
            case .leaseExpiresAt: claim.leaseExpiresAt.description
            case .sensitive: JobItem.text(of: claim.sensitive)
            case .now: now
            }
        }
    }
}

extension Condition {
    /// No newer version has written the record.
    fileprivate static var isOfKnownVersion: Condition {
        .attributeNotExists(JobItem.version) || Attribute(JobItem.version) <= .n(JobItem.knownVersion)
    }
}
