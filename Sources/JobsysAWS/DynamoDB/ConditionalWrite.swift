import JobsysJSON

extension DynamoDB {
    /// What became of a write that may have had a condition.
    public enum ConditionalWrite: Sendable, Hashable {
        /// The write took place; with the item that was asked for, if any.
        case applied(Item?)
        /// The condition did not hold; with the item as it is, if it was asked for and there is one.
        ///
        /// After an attempt without an answer this may be the effect of that attempt: see
        /// ``AWSOutcome/mayHaveBeenAppliedBefore``.
        case conditionFailed(existing: Item?)

        /// Reads the answer to a write, which may hold attributes.
        init(_ reader: inout JSONReader) throws(JSONError) {
            self = .applied(
                try reader.readMember("Attributes") { reader throws(JSONError) in try reader.readItem() }
            )
        }

        /// Reads the error answer to a write; nil if it is not about the condition.
        init?(_ failure: AWSServiceFailure) throws(JSONError) {
            guard failure.name == "ConditionalCheckFailed" else { return nil }
            var reader = JSONReader(failure.body)
            self = .conditionFailed(
                existing: try reader.readMember("Item") { reader throws(JSONError) in try reader.readItem() }
            )
        }
    }

    /// Which state of an item a write answers with.
    public enum ReturnValues: String, Sendable, Hashable {
        /// Nothing.
        case none = "NONE"
        /// The item before the write.
        case allOld = "ALL_OLD"
        /// The item after the write; updates only.
        case allNew = "ALL_NEW"
        /// What an update changed, as it was before.
        case updatedOld = "UPDATED_OLD"
        /// What an update changed, as it is now.
        case updatedNew = "UPDATED_NEW"
    }
}
