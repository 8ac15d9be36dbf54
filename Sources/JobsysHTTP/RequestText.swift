import HTTPTypes

/// The checked text of a request: NUL-terminated strings in one buffer, in the form in which curl wants them.
struct RequestText {
    /// Where the strings begin.
    private(set) var urlOffset = 0
    private(set) var targetOffset = 0
    private(set) var methodOffset = 0
    private(set) var headerOffsets: [Int] = []
    private(set) var bytes: [UInt8] = []

    /// The largest body that no version of curl sends `Expect: 100-continue` for.
    private static let maxBytesWithoutExpect = 1024

    /// What the text of most requests fits, and what malloc has at hand without a search.
    private static let usualBytes = 960

    // `bodyCount`: nil for bodies of any size. `targetIsAbsolute`: the target is the whole URL, as a forwarding proxy wants it.
    init(_ request: HTTPRequest, bodyCount: Int?, targetIsAbsolute: Bool = false) throws(TransportError) {
        let authority = request.authority ?? ""
        bytes.reserveCapacity(Self.usualBytes)
        headerOffsets.reserveCapacity(request.headerFields.count + 5)
        try appendURL(scheme: request.scheme, authority: authority)
        try appendTarget(request.path, authority: authority, prefix: targetIsAbsolute ? "http://\(authority)" : "")
        methodOffset = append(request.method.rawValue)
        guard request.method != .head || bodyCount ?? 0 == 0 else {
            throw .invalidRequest(authority, "a HEAD request has no body")
        }
        try appendHeaders(request.headerFields, authority: authority, bodyCount: bodyCount)
    }

    /// Writes printable ASCII characters over others, which cannot move or end a line.
    mutating func write(_ characters: UnsafeBufferPointer<UInt8>, at offset: Int) {
        precondition(offset + characters.count < bytes.count, "the text does not fit its place")
        unsafe bytes.withUnsafeMutableBufferPointer { bytes in
            for index in characters.indices {
                let character = unsafe characters[index]
                let isFit = unsafe (0x20..<0x7F).contains(character) && bytes[offset + index] != 0
                precondition(isFit, "the text does not fit its place")
                unsafe bytes[offset + index] = character
            }
        }
    }

    /// The path goes into the target alone: parsed as part of a URL it could change.
    private mutating func appendURL(scheme: String?, authority: String) throws(TransportError) {
        guard let scheme, scheme == "http" || scheme == "https" else {
            throw .invalidRequest(authority, "the scheme must be http or https")
        }
        guard !authority.isEmpty, authority.utf8.allSatisfy(\.isAuthorityCharacter) else {
            throw .invalidRequest("", "the authority must be host or host:port")
        }
        urlOffset = bytes.count
        bytes += scheme.utf8
        bytes += "://".utf8
        bytes += authority.utf8
        _ = append("/")
    }

    private mutating func appendTarget(
        _ path: String?,
        authority: String,
        prefix: String
    ) throws(TransportError) {
        guard let path, path.utf8.first == UInt8(ascii: "/"), path.utf8.allSatisfy(\.isTargetCharacter) else {
            throw .invalidRequest(authority, "the path must begin with / and be percent-encoded")
        }
        targetOffset = append(path, after: prefix)
    }

    private mutating func appendHeaders(
        _ fields: HTTPFields,
        authority: String,
        bodyCount: Int?
    ) throws(TransportError) {
        headerOffsets.append(append(authority, after: "Host: "))
        for field in fields where try Self.mustBeSent(field, authority: authority, bodyCount: bodyCount) {
            // curl's way to send a field without a value.
            let line =
                field.value.isEmpty ? append(";", after: field.name.rawName) : try append(field, authority: authority)
            headerOffsets.append(line)
        }
        // Nothing is decoded here.
        if !fields.contains(.acceptEncoding) { headerOffsets.append(append("Accept-Encoding: identity")) }
        // A name without a value keeps curl from adding a field of its own; this one for large bodies only.
        if bodyCount ?? .max > Self.maxBytesWithoutExpect { headerOffsets.append(append("Expect:")) }
        if !fields.contains(.accept) { headerOffsets.append(append("Accept:")) }
        if !fields.contains(.contentType) { headerOffsets.append(append("Content-Type:")) }
    }

    private static func mustBeSent(
        _ field: HTTPField,
        authority: String,
        bodyCount: Int?
    ) throws(TransportError) -> Bool {
        let name = field.name.canonicalName
        // Most fields are the caller's own and begin with another letter.
        guard let first = name.utf8.first, "cehktu".utf8.contains(first) else { return true }
        switch name {
        case "host":
            guard field.value == authority else { throw .invalidRequest(authority, "Host differs from the authority") }
            return false
        case "content-length" where field.value != bodyCount.map(String.init):
            let size = bodyCount.map { "the body's \($0) bytes" } ?? "bodies of any size"
            throw .invalidRequest(authority, "Content-Length differs from \(size)")
        // What frames the message or manages the connection is the transport's own business.
        case "connection", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade":
            throw .invalidRequest(authority, "the field \(name) is the transport's to send")
        default:
            return true
        }
    }

    private mutating func append(_ field: HTTPField, authority: String) throws(TransportError) -> Int {
        let offset = bytes.count
        bytes.append(contentsOf: field.name.rawName.utf8)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(UInt8(ascii: " "))
        let valueStart = bytes.count
        unsafe field.withUnsafeBytesOfValue { unsafe bytes.append(contentsOf: $0) }
        guard bytes[valueStart...].allSatisfy({ !$0.endsHeaderLine }) else {
            throw .invalidRequest(authority, "the field \(field.name.canonicalName) contains CR, LF or NUL")
        }
        bytes.append(0)
        return offset
    }

    private mutating func append(_ text: String, after prefix: String = "") -> Int {
        let offset = bytes.count
        bytes += prefix.utf8
        bytes += text.utf8
        bytes.append(0)
        return offset
    }
}

extension TransportError {
    static func invalidRequest(_ authority: String, _ reason: String) -> TransportError {
        TransportError(code: .invalidRequest, message: "\(authority): \(reason)", requestMayHaveBeenReceived: false)
    }
}

extension UInt8 {
    /// Host and port without user information, which would change where the request goes.
    fileprivate var isAuthorityCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"): true
        case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "%"): true
        default: false
        }
    }

    fileprivate var isTargetCharacter: Bool {
        self > UInt8(ascii: " ") && self < 0x7F && self != UInt8(ascii: "#")
    }

    fileprivate var endsHeaderLine: Bool {
        self == 0 || self == UInt8(ascii: "\r") || self == UInt8(ascii: "\n")
    }
}
