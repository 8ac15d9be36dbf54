public import JobsysJSON

extension DynamoDB {
    /// Runs up to 25 PartiQL statements, all reads or all writes, each for itself; one outcome for each, in their order.
    ///
    /// A write that was not answered is repeated with the others: its condition may then fail against its own effect.
    /// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.multiplestatements.batching.html
    public struct BatchExecuteStatement: DynamoDBOperation {
        /// The operation's name.
        public static let name = "BatchExecuteStatement"

        /// A statement on one item, whose whole key it names.
        public struct Statement: Sendable, Hashable {
            /// The text, with `?` for each parameter: `UPDATE "T" SET s = ? WHERE PK = ? AND s = ? RETURNING ALL NEW *`.
            public var text: String
            /// The values, in the order of the text.
            public var parameters: [AttributeValue]
            /// Whether the latest write must be seen; reads only.
            public var consistent: Bool
            /// Whether a failed condition brings the item that is there.
            public var returnsExistingOnFailure: Bool

            /// Creates a statement.
            public init(
                _ text: String,
                parameters: [AttributeValue] = [],
                consistent: Bool = false,
                returnsExistingOnFailure: Bool = false
            ) {
                self.text = text
                self.parameters = parameters
                self.consistent = consistent
                self.returnsExistingOnFailure = returnsExistingOnFailure
            }
        }

        /// The statements.
        public var statements: [Statement]

        /// Creates the operation.
        public init(_ statements: [Statement]) {
            self.statements = statements
        }

        /// Writes the members of the input.
        public func encodeMembers(to writer: inout JSONWriter) {
            writer.array("Statements") { writer in
                for statement in statements { writer.object { statement.encodeMembers(to: &$0) } }
            }
        }

        /// Reads the outcomes.
        public static func decode(_ reader: inout JSONReader) throws -> [StatementOutcome] {
            let outcomes = try reader.readMember("Responses") { reader throws(JSONError) in
                try reader.readElements { reader throws(JSONError) in try StatementOutcome(&reader) }
            }
            guard let outcomes else { throw AWSAnswerError.missing("Responses") }
            return outcomes
        }

        /// Compares the numbers of outcomes and statements.
        public func check(_ output: inout [StatementOutcome]) throws(AWSAnswerError) {
            guard output.count == statements.count else {
                throw .count("Responses", found: output.count, expected: statements.count)
            }
        }
    }
}

extension DynamoDB.BatchExecuteStatement.Statement {
    fileprivate func encodeMembers(to writer: inout JSONWriter) {
        writer.member("Statement", text)
        if !parameters.isEmpty {
            writer.array("Parameters") { for parameter in parameters { parameter.encode(to: &$0) } }
        }
        if consistent { writer.member("ConsistentRead", true) }
        writer.existingOnFailure(returnsExistingOnFailure)
    }
}
