public import HTTPTypes

/// The head of a request, checked and written in the form in which it is sent.
///
/// One head serves many requests that differ in a few texts: copy it, and write other texts of the same length over the
/// values of its fields. That spares each of them the collection of fields, the checks and the layout.
public struct RequestHead: Sendable {
    /// What all copies have in common.
    final class Layout: Sendable {
        let request: HTTPRequest
        let destination: RequestDestination
        /// Whether RFC 9110 (section 9.2.2) allows to send the request again without being asked to.
        let isIdempotent: Bool
        let isHead: Bool
        /// Whether a length is declared even if there is no body.
        let declaresLength: Bool

        init(_ request: HTTPRequest) {
            self.request = request
            destination = RequestDestination(request)
            isIdempotent = ![.post, .patch, .connect].contains(request.method)
            isHead = request.method == .head
            declaresLength = [.post, .put, .patch].contains(request.method)
        }
    }

    let layout: Layout
    private(set) var text: RequestText

    /// Checks and writes a head.
    ///
    /// - Parameters:
    ///   - request: The request; scheme, authority (`host[:port]`) and path (raw, with the query) must be set.
    ///   - bodyCount: The size of the body; nil if the head is to serve bodies of any size.
    /// - Throws: `TransportError` with the code `invalidRequest`.
    public init(_ request: HTTPRequest, bodyCount: Int? = nil) throws(TransportError) {
        layout = Layout(request)
        text = try RequestText(request, bodyCount: bodyCount)
    }

    /// The head as a value, with the texts that have been written over it.
    public var request: HTTPRequest {
        var request = layout.request
        request.headerFields = HTTPFields(
            request.headerFields.map { field in
                guard let place = place(of: field.name) else { return field }
                return HTTPField(name: field.name, value: String(decoding: text.bytes[place], as: UTF8.self))
            }
        )
        return request
    }

    /// Where the value of a field stands; nil unless there is one field of that name, with a value.
    public func place(of name: HTTPField.Name) -> Range<Int>? {
        guard layout.request.headerFields[fields: name].count == 1 else { return nil }
        let prefix = "\(name.rawName): ".utf8
        guard let start = text.headerOffsets.first(where: { text.bytes[$0...].starts(with: prefix) }) else {
            return nil
        }
        let line = text.bytes[start...].prefix { $0 != 0 }
        return (start + prefix.count)..<line.endIndex
    }

    /// Writes over a part of a field's value, as ``place(of:)`` has it; printable ASCII characters.
    public mutating func write(_ characters: String, at offset: Int) {
        var characters = characters
        characters.withUTF8 { unsafe text.write($0, at: offset) }
    }

    /// Writes over a part of a field's value, as ``place(of:)`` has it; printable ASCII characters.
    public mutating func write(_ characters: UnsafeBufferPointer<UInt8>, at offset: Int) {
        unsafe text.write(characters, at: offset)
    }
}

/// Where a request goes, and what it is there: what curl need not be told again from one request to the next.
struct RequestDestination: Sendable, Equatable {
    let scheme: String
    let authority: String
    let path: String
    let method: String
    var isForwarded = false
    var hasBody = false

    init(_ request: HTTPRequest) {
        scheme = request.scheme ?? ""
        authority = request.authority ?? ""
        path = request.path ?? ""
        method = request.method.rawValue
    }
}
