import JobsysJSON

extension SQS {
    /// What became of the entries of a batch; each is in one of the two lists.
    public struct BatchOutput: Sendable, Hashable {
        /// The ids of the entries that took effect.
        public var successful: [String]
        /// The entries that did not.
        public var failed: [BatchFailure]
        /// What is known of the messages that were sent, by the ids of their entries; empty for other batches.
        public var sent: [String: SendMessage.Output]

        /// Creates an output.
        public init(
            successful: [String] = [],
            failed: [BatchFailure] = [],
            sent: [String: SendMessage.Output] = [:]
        ) {
            self.successful = successful
            self.failed = failed
            self.sent = sent
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

        /// Counts an entry among those that failed after all.
        mutating func fail(_ id: String, _ fault: AWSAnswerError) {
            successful.removeAll { $0 == id }
            sent[id] = nil
            failed.append(BatchFailure(id: id, code: fault.code, message: fault.description, isSenderFault: false))
        }

        private mutating func readSuccess(_ reader: inout JSONReader) throws(JSONError) {
            var id: String?
            var message = SendMessage.Fields()
            try reader.readMembers { reader, key throws(JSONError) in
                if key == "Id" { id = try reader.readString() } else { try message.read(key, from: &reader) }
            }
            guard let id else { throw reader.failure("a batch entry lacks Id") }
            successful.append(id)
            sent[id] = message.output
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
