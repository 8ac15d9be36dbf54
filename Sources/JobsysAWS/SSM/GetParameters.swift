public import JobsysJSON

extension SSM {
    /// Reads 1 to 10 parameters by their names.
    public struct GetParameters: AWSOperation {
        /// Systems Manager.
        public static let service = AWSService.ssm
        /// The operation's name.
        public static let name = "GetParameters"

        /// What was found, and what was not.
        public struct Output: Sendable, Hashable {
            /// The parameters that there are, in no order.
            public var parameters: [Parameter]
            /// The names under which there is none.
            public var invalid: [String]

            /// Creates an output.
            public init(parameters: [Parameter] = [], invalid: [String] = []) {
                self.parameters = parameters
                self.invalid = invalid
            }
        }

        /// The parameters' names, with `:version` or `:label` after them if wanted.
        public var names: [String]
        /// Whether the values of secure strings are wanted in clear; takes the right to use their keys.
        public var decrypted: Bool

        /// Creates the operation.
        public init(_ names: [String], decrypted: Bool = false) {
            self.names = names
            self.decrypted = decrypted
        }

        /// Safe: it only reads.
        public var isSafeToRepeat: Bool { true }

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.strings("Names", names)
                writer.decryption(decrypted)
            }
        }

        /// Reads the parameters.
        public static func decode(_ reader: inout JSONReader) throws -> Output {
            var output = Output()
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "Parameters": output.parameters = try reader.readParameters()
                case "InvalidParameters": output.invalid = try reader.readStringArray()
                default: break
                }
            }
            return output
        }
    }
}
