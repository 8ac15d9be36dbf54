import JobsysAWS
import JobsysJSON

/// An `UpdateItem` whose input is a template with its texts.
struct FilledUpdate<Blank: Hashable & CaseIterable & Sendable>: AWSOperation {
    static var service: AWSService { DynamoDB.UpdateItem.service }
    static var name: String { DynamoDB.UpdateItem.name }
    static var reportsConsumedCapacity: Bool { DynamoDB.UpdateItem.reportsConsumedCapacity }

    let template: RequestTemplate<Blank>
    let text: @Sendable (Blank) -> String

    func encode(to writer: inout JSONWriter) {
        template.encode(to: &writer, text)
    }

    static func decode(_ reader: inout JSONReader) throws -> DynamoDB.ConditionalWrite {
        try DynamoDB.UpdateItem.decode(&reader)
    }

    static func recover(from failure: AWSServiceFailure) throws -> DynamoDB.ConditionalWrite? {
        try DynamoDB.UpdateItem.recover(from: failure)
    }
}
