internal import HTTPTypes

/// The header fields that are signed, sorted by their names in lower case.
struct CanonicalHeaders {
    private struct Field {
        let name: String
        let value: String
    }

    /// Fields with the same name keep their order.
    private let fields: [Field]
    /// The names, with semicolons between.
    let names: String

    init(of request: HTTPRequest) {
        var fields: [Field] = []
        fields.reserveCapacity(request.headerFields.count + 1)
        for field in request.headerFields where !Self.isUnsigned(field.name.canonicalName) {
            fields.append(Field(name: field.name.canonicalName, value: field.value))
        }
        fields.append(Field(name: "host", value: Self.host(of: request)))
        fields.sort { $0.name < $1.name }
        self.fields = fields
        var names: [UInt8] = []
        names.reserveCapacity(128)
        for (index, field) in fields.enumerated() where index == 0 || fields[index - 1].name != field.name {
            if index > 0 { names.append(UInt8(ascii: ";")) }
            names += field.name.utf8
        }
        self.names = String(decoding: names, as: UTF8.self)
    }

    /// Appends a line for each name; values of fields with the same name have commas between.
    func append(to bytes: inout [UInt8]) {
        for (index, field) in fields.enumerated() {
            if index > 0, fields[index - 1].name == field.name {
                bytes.append(UInt8(ascii: ","))
            } else {
                if index > 0 { bytes.append(UInt8(ascii: "\n")) }
                bytes += field.name.utf8
                bytes.append(UInt8(ascii: ":"))
            }
            var value = field.value
            value.withUTF8 { unsafe Self.append($0, to: &bytes) }
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Appends a value without white space at its ends, and with one space for each run of it within.
    private static func append(_ value: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        let start = bytes.count
        var index = 0
        while index < value.count {
            let wordStart = index
            while index < value.count, unsafe !isSpace(value[index]) { index += 1 }
            if index > wordStart {
                if bytes.count > start { bytes.append(UInt8(ascii: " ")) }
                unsafe bytes.append(contentsOf: UnsafeBufferPointer(rebasing: value[wordStart..<index]))
            }
            index += 1
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    /// What transports and proxies add, change or remove, and the signature itself; Host is signed from the authority.
    private static let unsignedNames: [String] = [
        "authorization", "connection", "expect", "host", "keep-alive", "proxy-authenticate", "proxy-authorization",
        "sec-websocket-key", "sec-websocket-protocol", "sec-websocket-version", "te", "trailer", "transfer-encoding",
        "upgrade", "user-agent", "x-amzn-trace-id",
    ]

    /// By their lengths, which tells most of the others apart without a look at a letter.
    private static let unsignedNamesByLength = (0..<32)
        .map { length in unsignedNames.filter { $0.utf8.count == length } }

    private static func isUnsigned(_ name: String) -> Bool {
        let length = name.utf8.count
        return length < unsignedNamesByLength.count && unsignedNamesByLength[length].contains(name)
    }

    /// The Host header as clients send it: lower case, no user, no port that the scheme implies.
    private static func host(of request: HTTPRequest) -> String {
        let authority = request.authority ?? ""
        let host = authority.utf8.lastIndex(of: UInt8(ascii: "@")).map { authority[authority.utf8.index(after: $0)...] }
        let lower = (host ?? authority[...]).lowercased()
        guard let colon = lower.utf8.lastIndex(of: UInt8(ascii: ":")) else { return lower }
        let port = lower[colon...]
        let isImplied = port == ":" || port == (request.scheme?.lowercased() == "http" ? ":80" : ":443")
        return isImplied ? String(lower[..<colon]) : lower
    }
}
