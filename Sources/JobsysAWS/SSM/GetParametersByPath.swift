public import JobsysJSON

extension SSM {
    /// Reads a page of the parameters below a path; a page may be empty although others follow.
    public struct GetParametersByPath: AWSPagedOperation {
        /// Systems Manager.
        public static let service = AWSService.ssm
        /// The operation's name.
        public static let name = "GetParametersByPath"

        /// Some parameters.
        public struct Page: Sendable, Hashable {
            /// The parameters.
            public var parameters: [Parameter]
            /// Where the next page begins; nil at the end.
            public var nextToken: String?

            /// Creates a page.
            public init(parameters: [Parameter] = [], nextToken: String? = nil) {
                self.parameters = parameters
                self.nextToken = nextToken
            }
        }

        /// The path, such as `/jobs`.
        public var path: String
        /// Whether what lies deeper than one level is wanted too.
        public var recursive: Bool
        /// Whether the values of secure strings are wanted in clear; takes the right to use their keys.
        public var decrypted: Bool
        /// The size of a page, 1 to 10; nil for 10.
        public var maxResults: Int?
        /// Where the page begins; nil for the first.
        public var nextToken: String?

        /// Creates the operation.
        public init(
            path: String,
            recursive: Bool = true,
            decrypted: Bool = false,
            maxResults: Int? = nil,
            nextToken: String? = nil
        ) {
            self.path = path
            self.recursive = recursive
            self.decrypted = decrypted
            self.maxResults = maxResults
            self.nextToken = nextToken
        }

        /// Safe: it only reads.
        public var isSafeToRepeat: Bool { true }

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("Path", path)
                if recursive { writer.member("Recursive", true) }
                writer.decryption(decrypted)
                writer.member("MaxResults", ifPresent: maxResults)
                writer.member("NextToken", ifPresent: nextToken)
            }
        }

        /// Reads the page.
        public static func decode(_ reader: inout JSONReader) throws -> Page {
            var page = Page()
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "Parameters": page.parameters = try reader.readParameters()
                case "NextToken": page.nextToken = try reader.readString()
                default: break
                }
            }
            return page
        }

        /// The operation for the page that begins at a token.
        public func page(at token: String) -> GetParametersByPath {
            var operation = self
            operation.nextToken = token
            return operation
        }

        /// The token that the page ended with, unless it was the last.
        public static func nextToken(after page: Page) -> String? { page.nextToken }
    }
}
