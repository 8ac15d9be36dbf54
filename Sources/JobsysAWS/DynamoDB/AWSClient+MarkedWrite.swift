extension AWSClient {
    /// Performs a write whose condition fails once it has been applied, and knows its own effect when it meets it.
    ///
    /// An attempt whose answer was lost may have been applied; the next one fails on what it wrote. If there was such
    /// an attempt and the item that is there has the mark, the write is reported as applied, with that item. The mark
    /// is an attribute that the write sets to a value of its own, such as a random token: an item that merely looks
    /// alike can be another's. The write must return the existing item on failure.
    ///
    /// - Throws: As ``perform(_:)`` does.
    public func perform<Write: AWSOperation>(
        _ write: Write,
        markedBy attribute: String,
        _ mark: DynamoDB.AttributeValue
    ) async throws -> DynamoDB.ConditionalWrite where Write.Output == DynamoDB.ConditionalWrite {
        let outcome = try await outcome(of: write)
        guard outcome.mayHaveBeenAppliedBefore, case .conditionFailed(let existing?) = outcome.output,
            existing[attribute] == mark
        else { return outcome.output }
        return .applied(existing)
    }
}
