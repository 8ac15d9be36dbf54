import JobsysJSON

extension SQS {
    /// Why an entry of a batch had no effect.
    public struct BatchFailure: Error, Sendable, Hashable {
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
