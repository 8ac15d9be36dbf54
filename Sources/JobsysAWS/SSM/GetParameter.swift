public import JobsysJSON

extension SSM {
    /// Reads one parameter; nil if there is none.
    public struct GetParameter: AWSOperation {
        /// Systems Manager.
        public static let service = AWSService.ssm
        /// The operation's name.
        public static let name = "GetParameter"

        /// The parameter's name, with `:version` or `:label` after it if wanted.
        public var parameter: String
        /// Whether the value of a secure string is wanted in clear; takes the right to use its key.
        public var decrypted: Bool

        /// Creates the operation.
        public init(_ parameter: String, decrypted: Bool = false) {
            self.parameter = parameter
            self.decrypted = decrypted
        }

        /// Safe: it only reads.
        public var isSafeToRepeat: Bool { true }

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("Name", parameter)
                writer.decryption(decrypted)
            }
        }

        /// Reads the parameter.
        public static func decode(_ reader: inout JSONReader) throws -> Parameter? {
            let parameter = try reader.readMember("Parameter") { reader throws(JSONError) in try Parameter(&reader) }
            guard let parameter else { throw AWSAnswerError.missing("Parameter") }
            return parameter
        }

        /// That there is none is an outcome.
        public static func recover(from failure: AWSServiceFailure) throws -> Parameter?? {
            ["ParameterNotFound", "ParameterVersionNotFound"].contains(failure.name) ? .some(nil) : nil
        }
    }
}
