public import JobsysJSON

extension DynamoDB {
    /// Asks for the state of a table.
    public struct DescribeTable: DynamoDBOperation {
        /// The operation's name.
        public static let name = "DescribeTable"

        /// What is known of a table.
        public struct Output: Sendable, Hashable {
            /// `ACTIVE` when it can be used; others are `CREATING`, `UPDATING`, `DELETING`, ...
            public var status: String
            /// The table's ARN.
            public var arn: String?

            /// Creates the description.
            public init(status: String, arn: String? = nil) {
                self.status = status
                self.arn = arn
            }
        }

        /// The table's name or ARN.
        public var table: String

        /// Creates the operation.
        public init(table: String) {
            self.table = table
        }

        /// It consumes nothing.
        public static var reportsConsumedCapacity: Bool { false }

        /// Safe: it only reads.
        public var isSafeToRepeat: Bool { true }

        /// Writes the members of the input.
        public func encodeMembers(to writer: inout JSONWriter) {
            writer.member("TableName", table)
        }

        /// Reads the answer.
        public static func decode(_ reader: inout JSONReader) throws -> Output {
            var (status, arn): (String?, String?)
            try reader.readMembers { reader, key throws(JSONError) in
                guard key == "Table" else { return }
                try reader.readMembers { reader, key throws(JSONError) in
                    switch key {
                    case "TableStatus": status = try reader.readString()
                    case "TableArn": arn = try reader.readString()
                    default: break
                    }
                }
            }
            guard let status else { throw AWSAnswerError.missing("Table.TableStatus") }
            return Output(status: status, arn: arn)
        }
    }
}
