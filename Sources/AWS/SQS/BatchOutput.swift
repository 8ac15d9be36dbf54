import JSON

extension SQS {
    /// What became of the entries of a batch; each is in one of the two lists.
    public struct BatchOutput: Sendable, Hashable {
        /// The ids of the entries that took effect.
        public var successful: [String]
        /// The entries that did not.
        public var failed: [BatchFailure]
        var digests: [String: MessageDigests] = [:]

        /// Creates an output.
        public init(successful: [String] = [], failed: [BatchFailure] = []) {
            self.successful = successful
            self.failed = failed
        }

        init(_ reader: inout JSONReader) throws(JSONError) {
            var output = BatchOutput()
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "Successful": try reader.readArray { reader throws(JSONError) in try output.readSuccess(&reader) }
                case "Failed":
                    output.failed = try reader.readElements { reader throws(JSONError) in try BatchFailure(&reader) }
                default: break
                }
            }
            self = output
        }

        private mutating func readSuccess(_ reader: inout JSONReader) throws(JSONError) {
            var id: String?
            var digests = MessageDigests()
            try reader.readMembers { reader, key throws(JSONError) in
                if key == "Id" { id = try reader.readString() } else { try digests.read(key, from: &reader) }
            }
            guard let id else { throw reader.failure("a batch entry lacks Id") }
            successful.append(id)
            self.digests[id] = digests
        }
    }

    /// Why an entry of a batch had no effect.
    public struct BatchFailure: Sendable, Hashable {
        /// The entry's id.
        public var id: String
        /// The error's name.
        public var code: String
        /// The service's text.
        public var message: String
        /// Whether the entry would be refused again.
        public var isSenderFault: Bool

        /// Creates a failure.
        public init(id: String, code: String, message: String = "", isSenderFault: Bool) {
            self.id = id
            self.code = code
            self.message = message
            self.isSenderFault = isSenderFault
        }

        init(_ reader: inout JSONReader) throws(JSONError) {
            var failure = BatchFailure(id: "", code: "", isSenderFault: false)
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "Id": failure.id = try reader.readString()
                case "Code": failure.code = try reader.readString()
                case "Message": failure.message = try reader.readString()
                case "SenderFault": failure.isSenderFault = try reader.readBool()
                default: break
                }
            }
            self = failure
        }
    }
}

extension JSONWriter {
    /// Writes a batch: the queue and its entries.
    mutating func batch<Entry>(_ queueURL: String, _ entries: [Entry], _ encode: (Entry, inout JSONWriter) -> Void) {
        object { writer in
            writer.member("QueueUrl", queueURL)
            writer.array("Entries") { writer in
                for entry in entries { writer.object { encode(entry, &$0) } }
            }
        }
    }
}
