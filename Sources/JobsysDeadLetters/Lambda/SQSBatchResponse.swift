import JobsysJSON

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
