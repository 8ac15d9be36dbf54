public import HTTPTypes

/// A response that arrived whole.
public struct TransportResponse: Sendable {
    private enum Head {
        case given(HTTPResponse)
        case received(HeaderSection)
    }

    /// The status code, such as 200.
    public let status: Int

    /// The body as sent: no content coding is undone.
    public var body: [UInt8]

    private let source: Head

    /// Creates a response.
    public init(head: HTTPResponse, body: [UInt8] = []) {
        status = head.status.code
        source = .given(head)
        self.body = body
    }

    init(status: Int, headerSection: HeaderSection, body: [UInt8]) {
        self.status = status
        source = .received(headerSection)
        self.body = body
    }

    /// Status and header fields of the final response; trailers and 1xx responses are dropped.
    ///
    /// What was received is parsed anew each time: keep it, or ask for a single field.
    public var head: HTTPResponse {
        switch source {
        case .given(let head): head
        case .received(let section): section.head(code: status)
        }
    }

    /// The value of a header field, commas between those of several; `nil` if there is none.
    public subscript(name: HTTPField.Name) -> String? {
        switch source {
        case .given(let head): head.headerFields[name]
        case .received(let section): section[name]
        }
    }
}
