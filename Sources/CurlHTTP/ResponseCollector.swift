import HTTPTypes

/// Builds a response from the lines and chunks that curl delivers, within limits.
struct ResponseCollector {
    enum Failure: Hashable {
        case headTooLarge
        case malformedStatusLine
        case bodyTooLarge
    }

    /// Enough for any real server, and too little for more fields than `HTTPFields` can hold.
    static let maxHeadBytes = 64 * 1024

    private let maxBodyBytes: Int
    private var status: HTTPResponse.Status?
    private var fields = HTTPFields()
    private var body: [UInt8] = []
    private var headBytes = 0
    private var headIsWhole = false

    /// Why the last `receive` returned `false`.
    private(set) var failure: Failure?

    init(maxBodyBytes: Int) {
        self.maxBodyBytes = maxBodyBytes
    }

    /// The response, or `nil` if its head never ended: curl takes a head that is cut short for a whole one.
    func response() -> TransportResponse? {
        guard failure == nil, headIsWhole, let status, status.code >= 200 else { return nil }
        return TransportResponse(head: HTTPResponse(status: status, headerFields: fields), body: body)
    }

    /// Takes one header line with its line end; `false` to give up.
    mutating func receive(headerLine: UnsafeBufferPointer<UInt8>) -> Bool {
        let line = unsafe headerLine.trimmingLineEnd
        // What follows the final head is the trailer section of a chunked body.
        if headIsWhole, let status, status.code >= 200 { return true }
        headBytes += headerLine.count
        guard headBytes <= Self.maxHeadBytes else { return fail(.headTooLarge) }
        if status == nil || headIsWhole { return unsafe receive(statusLine: line) }
        if line.isEmpty {
            headIsWhole = true
        } else if let field = unsafe HTTPField(headerLine: line) {
            fields.append(field)
        }
        return true
    }

    /// Takes a piece of the body; `false` to give up.
    mutating func receive(bodyChunk: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bodyChunk.count <= maxBodyBytes - body.count else { return fail(.bodyTooLarge) }
        if body.isEmpty { reserveDeclaredLength() }
        unsafe body.append(contentsOf: bodyChunk)
        return true
    }

    private mutating func receive(statusLine: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let parsed = unsafe HTTPResponse.Status(statusLine: statusLine) else { return fail(.malformedStatusLine) }
        status = parsed
        fields = HTTPFields()
        headIsWhole = false
        return true
    }

    /// Trusts a declared length as a hint only, and no further than the limit or a mebibyte.
    private mutating func reserveDeclaredLength() {
        guard let length = fields[.contentLength].flatMap({ Int($0) }), length > 0 else { return }
        body.reserveCapacity(min(length, maxBodyBytes, 1024 * 1024))
    }

    private mutating func fail(_ failure: Failure) -> Bool {
        self.failure = failure
        return false
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate var trimmingLineEnd: UnsafeBufferPointer<UInt8> {
        var end = count
        while end > 0, unsafe self[end - 1] == UInt8(ascii: "\n") || self[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return unsafe UnsafeBufferPointer(rebasing: self[..<end])
    }
}

extension HTTPResponse.Status {
    /// Parses `HTTP/1.1 200 OK` (RFC 9112, section 4).
    fileprivate init?(statusLine line: UnsafeBufferPointer<UInt8>) {
        guard line.count >= 12, unsafe line.starts(with: "HTTP/".utf8), unsafe line[8] == UInt8(ascii: " ") else {
            return nil
        }
        var code = 0
        for index in 9..<12 {
            let digit = unsafe line[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            code = code * 10 + Int(digit)
        }
        guard line.count == 12 || (unsafe line[12] == UInt8(ascii: " ")) else { return nil }
        self.init(code: code, reasonPhrase: unsafe String(decoding: line.dropFirst(13), as: UTF8.self))
    }
}

extension HTTPField {
    /// Parses `Name: value`; `nil` for what is no legal field, which is then left out of the response.
    fileprivate init?(headerLine line: UnsafeBufferPointer<UInt8>) {
        guard let colon = unsafe line.firstIndex(of: UInt8(ascii: ":")),
            let name = unsafe HTTPField.Name(String(decoding: line[..<colon], as: UTF8.self))
        else { return nil }
        var start = colon + 1
        var end = line.count
        while start < end, unsafe line[start].isBlank { start += 1 }
        while end > start, unsafe line[end - 1].isBlank { end -= 1 }
        unsafe self.init(name: name, value: String(decoding: line[start..<end], as: UTF8.self))
    }
}

extension UInt8 {
    fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}
