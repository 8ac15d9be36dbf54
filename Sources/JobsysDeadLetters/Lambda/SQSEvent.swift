import JobsysJSON

/// The event with which Lambda hands over messages of a queue.
///
/// Strict: a document of any other shape is refused as a whole, for to take it for an empty batch would acknowledge
/// messages that nobody has seen.
/// Source: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS".
struct SQSEvent: Sendable, Hashable {
    var records: [Record]

    /// One message.
    struct Record: Sendable, Hashable {
        var messageID: String
        var receiptHandle: String
        var body: String
        /// The system attributes, such as `SentTimestamp`.
        var attributes: [String: String]
        /// The sender's attributes that are texts or numbers.
        var messageAttributes: [String: String]
    }
}

extension SQSEvent {
    /// Reads an event; members that it does not know are passed over.
    init(json: [UInt8]) throws(JSONError) {
        var reader = JSONReader(json)
        var records: [Record]?
        try reader.readObject { reader, key throws(JSONError) in
            guard key == "Records" else { return }
            var found: [Record] = []
            try reader.readArray { reader throws(JSONError) in found.append(try Record(&reader)) }
            records = found
        }
        try reader.finish()
        guard let records else { throw reader.failure("the event has no Records") }
        self.init(records: records)
    }
}

extension SQSEvent.Record {
    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        var texts: [String: String] = [:]
        var attributes: [String: String] = [:]
        var messageAttributes: [String: String] = [:]
        try reader.readObject { reader, key throws(JSONError) in
            switch key {
            case "messageId", "receiptHandle", "body", "eventSource": texts[key.text] = try reader.readString()
            case "attributes": attributes = try reader.readTexts()
            case "messageAttributes": messageAttributes = try reader.readMessageAttributes()
            default: return
            }
        }
        guard texts["eventSource"] == "aws:sqs" else { throw reader.failure("the record's eventSource is not aws:sqs") }
        guard let messageID = texts["messageId"], !messageID.isEmpty else {
            throw reader.failure("the record has no messageId")
        }
        guard let receiptHandle = texts["receiptHandle"] else {
            throw reader.failure("the record has no receiptHandle")
        }
        guard let body = texts["body"] else { throw reader.failure("the record has no body") }
        self.init(
            messageID: messageID,
            receiptHandle: receiptHandle,
            body: body,
            attributes: attributes,
            messageAttributes: messageAttributes
        )
    }
}

extension JSONReader {
    fileprivate mutating func readTexts() throws(JSONError) -> [String: String] {
        var texts: [String: String] = [:]
        try readObject { reader, key throws(JSONError) in texts[key.text] = try reader.readString() }
        return texts
    }

    /// Reads `{"name": {"dataType": "String", "stringValue": "..."}, ...}`; binary values are passed over.
    fileprivate mutating func readMessageAttributes() throws(JSONError) -> [String: String] {
        var values: [String: String] = [:]
        try readObject { reader, name throws(JSONError) in
            try reader.readObject { reader, key throws(JSONError) in
                guard key == "stringValue", try !reader.readNullIfPresent() else { return }
                values[name.text] = try reader.readString()
            }
        }
        return values
    }
}

/// The answer that names the messages of an event that must be delivered again; all others are deleted by Lambda.
///
/// It takes effect if the event source mapping reports batch item failures (`ReportBatchItemFailures`).
struct SQSBatchResponse: Sendable, Hashable {
    var failedMessageIDs: [String]

    /// For example `{"batchItemFailures":[{"itemIdentifier":"2d1e5c1a"}]}`.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.array("batchItemFailures") { writer in
                for id in failedMessageIDs {
                    writer.object { $0.member("itemIdentifier", id) }
                }
            }
        }
        return writer.bytes
    }
}
