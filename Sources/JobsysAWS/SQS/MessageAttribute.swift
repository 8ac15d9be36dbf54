import JobsysJSON

extension SQS {
    /// A message's attribute; it counts towards the size of the message.
    public struct MessageAttribute: Sendable, Hashable {
        /// `String`, `Number` or `Binary`, with a custom label after a dot if wanted.
        public var dataType: String
        /// The value of a string or number.
        public var stringValue: String?
        /// The value of a binary attribute.
        public var binaryValue: [UInt8]?

        /// Creates an attribute.
        public init(dataType: String, stringValue: String? = nil, binaryValue: [UInt8]? = nil) {
            self.dataType = dataType
            self.stringValue = stringValue
            self.binaryValue = binaryValue
        }

        /// A string, not empty.
        public static func string(_ value: String) -> MessageAttribute {
            MessageAttribute(dataType: "String", stringValue: value)
        }

        /// A whole number.
        public static func number(_ value: Int) -> MessageAttribute { number(String(value)) }

        /// A number as text, up to 38 digits.
        public static func number(_ text: String) -> MessageAttribute {
            MessageAttribute(dataType: "Number", stringValue: text)
        }

        /// Bytes, not empty.
        public static func binary(_ value: [UInt8]) -> MessageAttribute {
            MessageAttribute(dataType: "Binary", binaryValue: value)
        }

        /// The value of a whole number.
        public var int: Int? { dataType.hasPrefix("Number") ? stringValue.flatMap { Int($0) } : nil }

        func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("DataType", dataType)
                writer.member("StringValue", ifPresent: stringValue)
                if let binaryValue { writer.member("BinaryValue", base64: binaryValue) }
            }
        }

        init(_ reader: inout JSONReader) throws(JSONError) {
            var attribute = MessageAttribute(dataType: "")
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "DataType": attribute.dataType = try reader.readString()
                case "StringValue": attribute.stringValue = try reader.readString()
                case "BinaryValue": attribute.binaryValue = try reader.readBase64()
                default: break
                }
            }
            self = attribute
        }
    }
}
