import JobsysJSON

extension SSM {
    /// A parameter and its value.
    public struct Parameter: Sendable, Hashable {
        /// Kinds of parameters; others than these may come up.
        public struct Kind: RawRepresentable, Sendable, Hashable {
            /// The service's name for it.
            public var rawValue: String

            /// Creates a kind.
            public init(rawValue: String) {
                self.rawValue = rawValue
            }

            /// One text.
            public static let string = Kind(rawValue: "String")
            /// Texts with commas between them.
            public static let stringList = Kind(rawValue: "StringList")
            /// A text that is stored encrypted.
            public static let secureString = Kind(rawValue: "SecureString")
        }

        /// The name with its path, such as `/jobs/worker/concurrency`.
        public var name: String
        /// What kind of value it has.
        public var kind: Kind
        /// The value; that of a secure string is encrypted unless its decryption was asked for.
        public var value: String
        /// Counts the changes, from 1 on.
        public var version: Int
        /// The ARN.
        public var arn: String?

        /// Creates a parameter.
        public init(name: String, kind: Kind, value: String, version: Int, arn: String? = nil) {
            self.name = name
            self.kind = kind
            self.value = value
            self.version = version
            self.arn = arn
        }
    }
}

extension SSM.Parameter {
    init(_ reader: inout JSONReader) throws(JSONError) {
        var (name, kind, value, arn): (String?, String?, String?, String?)
        var version = 0
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "Name": name = try reader.readString()
            case "Type": kind = try reader.readString()
            case "Value": value = try reader.readString()
            case "Version": version = try reader.readInt()
            case "ARN": arn = try reader.readString()
            default: break
            }
        }
        guard let name, let kind, let value else { throw reader.failure("a parameter lacks Name, Type or Value") }
        self.init(name: name, kind: Kind(rawValue: kind), value: value, version: version, arn: arn)
    }
}

extension SSM.Parameter: CustomStringConvertible, CustomDebugStringConvertible {
    /// The name and the version; never the value, which may be a secret.
    public var description: String { "\(name):\(version)" }

    /// The same as `description`.
    public var debugDescription: String { description }
}
