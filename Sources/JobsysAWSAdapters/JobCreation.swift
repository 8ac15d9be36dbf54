import JobsysAWS
import JobsysCore
import JobsysJSON

/// A `PutItem` of a new job, unless one of its id is there; the job is written without an item being made of it first.
struct JobCreation: AWSOperation {
    static var service: AWSService { DynamoDB.PutItem.service }
    static var name: String { DynamoDB.PutItem.name }
    static var reportsConsumedCapacity: Bool { DynamoDB.PutItem.reportsConsumedCapacity }

    let job: Job
    let table: String
    let shards: IndexShards
    /// Whether it is put on the list of its tenant's open jobs.
    var isCounted = false

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("TableName", table)
            writer.object("Item") { writer in
                JobItem.forEachAttribute(of: job, dueAt: nil, shards: shards, isCounted: isCounted) { name, value in
                    writer.key(name)
                    value.encode(to: &writer)
                }
            }
            writer.member("ConditionExpression", "attribute_not_exists(#n0)")
            writer.object("ExpressionAttributeNames") { $0.member("#n0", JobItem.partitionKey) }
            writer.member("ReturnValuesOnConditionCheckFailure", "ALL_OLD")
        }
    }

    static func decode(_ reader: inout JSONReader) throws -> DynamoDB.ConditionalWrite {
        try DynamoDB.PutItem.decode(&reader)
    }

    static func recover(from failure: AWSServiceFailure) throws -> DynamoDB.ConditionalWrite? {
        try DynamoDB.PutItem.recover(from: failure)
    }
}
