import JobsysJSON

extension DynamoDB {
    /// What became of one statement of a batch.
    public enum StatementOutcome: Sendable, Hashable {
        /// It was run; with the item that it read or that it was to return, if there is one.
        case done(Item?)
        /// It had no effect.
        case failed(StatementFailure)

        init(_ reader: inout JSONReader) throws(JSONError) {
            var item: Item?
            var failure: StatementFailure?
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "Item": item = try reader.readItem()
                case "Error": failure = try StatementFailure(&reader)
                default: break
                }
            }
            self = failure.map { .failed($0) } ?? .done(item)
        }
    }
}
