public import JobsysJSON

extension DynamoDB {
    /// An operation whose answer also says what it consumed, in each table and index.
    ///
    /// A failed condition consumes write units too, but DynamoDB does not say how many.
    public struct Metered<Operation: DynamoDBOperation>: DynamoDBOperation {
        /// The operation's name.
        public static var name: String { Operation.name }

        /// What the operation came to, and its price.
        public struct Output: Sendable {
            /// What the operation came to.
            public var output: Operation.Output
            /// What it consumed, one element for each table; empty if the service did not say.
            public var capacity: [ConsumedCapacity]

            /// Creates an answer.
            public init(_ output: Operation.Output, capacity: [ConsumedCapacity] = []) {
                self.output = output
                self.capacity = capacity
            }
        }

        /// The operation itself.
        public var operation: Operation

        /// Meters an operation.
        public init(_ operation: Operation) {
            self.operation = operation
        }

        /// As of the operation itself.
        public var extraTime: Duration { operation.extraTime }

        /// As of the operation itself.
        public var isSafeToRepeat: Bool { operation.isSafeToRepeat }

        /// Writes the operation's members, and that the consumption is asked for.
        public func encodeMembers(to writer: inout JSONWriter) {
            operation.encodeMembers(to: &writer)
            writer.member("ReturnConsumedCapacity", "INDEXES")
        }

        /// Reads the answer twice: as the operation does, and for the consumption.
        public static func decode(_ reader: inout JSONReader) throws -> Output {
            var again = reader
            let output = try Operation.decode(&reader)
            let capacity = try again.readMember("ConsumedCapacity") { reader throws(JSONError) in
                try reader.readConsumedCapacity()
            }
            return Output(output, capacity: capacity ?? [])
        }

        /// As of the operation itself.
        public func check(_ output: inout Output) throws(AWSAnswerError) { try operation.check(&output.output) }

        /// As of the operation itself.
        public static func verdict(on failure: AWSServiceFailure) -> RetryVerdict { Operation.verdict(on: failure) }

        /// As of the operation itself, of unknown price.
        public static func recover(from failure: AWSServiceFailure) throws -> Output? {
            try Operation.recover(from: failure).map { Output($0) }
        }
    }
}

extension DynamoDB.Metered: AWSPagedOperation where Operation: AWSPagedOperation {
    /// The operation for another page, metered.
    public func page(at token: Operation.PageToken) -> Self { Self(operation.page(at: token)) }

    /// As of the operation itself.
    public static func nextToken(after page: Output) -> Operation.PageToken? {
        Operation.nextToken(after: page.output)
    }
}

extension DynamoDB.Metered: AWSPartialOperation where Operation: AWSPartialOperation {
    /// The operation for what was left undone, metered.
    public func remainder(after output: Output) -> Self? {
        operation.remainder(after: output.output).map { Self($0) }
    }

    /// Both outputs as of the operation itself, and both prices.
    public static func joined(_ earlier: Output, _ later: Output) -> Output {
        Output(Operation.joined(earlier.output, later.output), capacity: earlier.capacity + later.capacity)
    }
}

extension JSONReader {
    /// Reads the consumption in one table, or in several.
    fileprivate mutating func readConsumedCapacity() throws(JSONError) -> [DynamoDB.ConsumedCapacity] {
        guard try peekKind() == .array else { return [try DynamoDB.ConsumedCapacity(&self)] }
        return try readElements { reader throws(JSONError) in try DynamoDB.ConsumedCapacity(&reader) }
    }
}
