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
        /// Whether the service says that the sender is at fault.
        public var isSenderFault: Bool

        /// Whether the receipt does not hold any more: the message was deleted, or somebody else has received it since.
        ///
        /// SQS has no name for a receipt that has expired: it complains about the parameter, and says why in words that
        /// differ. Sources: Amazon SQS API Reference, "ChangeMessageVisibility" and "DeleteMessage", errors; AWS re:Post,
        /// "How do I troubleshoot the error 'The receipt handle has expired' in Amazon SQS?".
        public var isLostReceipt: Bool {
            switch ErrorName(code) {
            case "ReceiptHandleIsInvalid", "MessageNotInflight": true
            case "InvalidParameterValue": message.contains("parameter ReceiptHandle is invalid")
            default: false
            }
        }

        /// Whether the same entry may succeed later.
        public var isRetryable: Bool { !isSenderFault || RetryVerdict(ErrorName(code)) != .fail }

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
