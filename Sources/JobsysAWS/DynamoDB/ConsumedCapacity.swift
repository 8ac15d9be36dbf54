import JobsysJSON

extension DynamoDB {
    /// The throughput that an operation consumed in one table and its indexes.
    public struct ConsumedCapacity: Sendable, Hashable {
        /// Units: a read unit is 4 KB read consistently or 8 KB otherwise, a write unit is 1 KB; transactions double.
        public struct Units: Sendable, Hashable {
            /// All units together.
            public var total: Double
            /// The read units; nil where the service does not tell them apart.
            public var read: Double?
            /// The write units; nil where the service does not tell them apart.
            public var write: Double?

            /// Creates an amount.
            public init(total: Double, read: Double? = nil, write: Double? = nil) {
                self.total = total
                self.read = read
                self.write = write
            }
        }

        /// The table's name or ARN.
        public var table: String
        /// What was consumed in the table and its indexes together.
        public var units: Units
        /// What was consumed in the table itself; nil if the service does not say.
        public var tableUnits: Units?
        /// What was consumed in each local index.
        public var localIndexes: [String: Units]
        /// What was consumed in each global index.
        public var globalIndexes: [String: Units]

        /// Creates the consumption of an operation.
        public init(
            table: String,
            units: Units,
            tableUnits: Units? = nil,
            localIndexes: [String: Units] = [:],
            globalIndexes: [String: Units] = [:]
        ) {
            self.table = table
            self.units = units
            self.tableUnits = tableUnits
            self.localIndexes = localIndexes
            self.globalIndexes = globalIndexes
        }
    }
}

extension DynamoDB.ConsumedCapacity {
    init(_ reader: inout JSONReader) throws(JSONError) {
        var capacity = DynamoDB.ConsumedCapacity(table: "", units: Units(total: 0))
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "TableName": capacity.table = try reader.readString()
            case "Table": capacity.tableUnits = try Units(&reader)
            case "LocalSecondaryIndexes":
                capacity.localIndexes = try reader.readMap { reader throws(JSONError) in try Units(&reader) }
            case "GlobalSecondaryIndexes":
                capacity.globalIndexes = try reader.readMap { reader throws(JSONError) in try Units(&reader) }
            default: try capacity.units.read(key, from: &reader)
            }
        }
        self = capacity
    }
}

extension DynamoDB.ConsumedCapacity.Units {
    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        self.init(total: 0)
        try reader.readMembers { reader, key throws(JSONError) in try read(key, from: &reader) }
    }

    fileprivate mutating func read(_ member: JSONName, from reader: inout JSONReader) throws(JSONError) {
        switch member {
        case "CapacityUnits": total = try reader.readDouble()
        case "ReadCapacityUnits": read = try reader.readDouble()
        case "WriteCapacityUnits": write = try reader.readDouble()
        default: break
        }
    }
}
