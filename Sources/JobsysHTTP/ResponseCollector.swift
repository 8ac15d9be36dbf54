/// Gathers what curl delivers of a response, within limits; the head is read by whoever asks for it.
///
/// Its memory is allocated where it is made, which is on the caller's task: what one thread allocates and another one
/// frees makes both wait for malloc's lock.
struct ResponseCollector: Sendable {
    enum Failure: Hashable {
        case headTooLarge
        case malformedStatusLine
        case bodyTooLarge
    }

    /// Enough for any real server, and too little for more fields than `HTTPFields` can hold.
    static let maxHeadBytes = 64 * 1024

    /// Room for what services usually answer.
    private static let usualHeadBytes = 512
    private static let usualHeadLines = 12
    private static let usualBodyBytes = 768

    private let maxBodyBytes: Int
    private var status: Int?
    private var head = HeaderSection()
    private var body: [UInt8] = []
    private var declaredLength = 0
    private var headBytes = 0
    private var headIsWhole = false

    /// Why the last `receive` returned `false`.
    private(set) var failure: Failure?

    /// Without memory, for nothing to be received.
    init() {
        maxBodyBytes = 0
    }

    init(maxBodyBytes: Int) {
        self.maxBodyBytes = maxBodyBytes
        head.reserveCapacity(bytes: Self.usualHeadBytes, lines: Self.usualHeadLines)
        body.reserveCapacity(min(maxBodyBytes, Self.usualBodyBytes))
    }

    /// Whether there is a response: curl takes a head that is cut short for a whole one.
    var isWhole: Bool {
        guard failure == nil, headIsWhole, let status else { return false }
        return status >= 200
    }

    /// The response, if it is whole.
    func response() -> TransportResponse? {
        guard isWhole, let status else { return nil }
        return TransportResponse(status: status, headerSection: head, body: body)
    }

    /// Takes one header line with its line end; `false` to give up.
    mutating func receive(headerLine line: UnsafeBufferPointer<UInt8>) -> Bool {
        // What follows the final head is the trailer section of a chunked body.
        if headIsWhole, let status, status >= 200 { return true }
        headBytes += line.count
        guard headBytes <= Self.maxHeadBytes else { return fail(.headTooLarge) }
        if status == nil || headIsWhole {
            guard unsafe begin(statusLine: line) else { return fail(.malformedStatusLine) }
        } else {
            headIsWhole = unsafe line.first == UInt8(ascii: "\r") || line.first == UInt8(ascii: "\n")
            unsafe noteLength(line)
        }
        unsafe head.append(line)
        return true
    }

    /// Takes a piece of the body; `false` to give up.
    mutating func receive(bodyChunk: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bodyChunk.count <= maxBodyBytes - body.count else { return fail(.bodyTooLarge) }
        // A declared length is trusted as a hint only, and no further than the limit or a mebibyte.
        if body.isEmpty { body.reserveCapacity(min(declaredLength, maxBodyBytes, 1024 * 1024)) }
        unsafe body.append(contentsOf: bodyChunk)
        return true
    }

    /// Begins a head, anew after an informational one: `HTTP/1.1 200 OK` (RFC 9112, section 4).
    private mutating func begin(statusLine line: UnsafeBufferPointer<UInt8>) -> Bool {
        guard line.count >= 12, unsafe line.starts(with: "HTTP/".utf8), unsafe line[8] == UInt8(ascii: " "),
            let code = unsafe Int(digits: line[9..<12])
        else { return false }
        guard line.count == 12 || (unsafe line[12] <= UInt8(ascii: " ")) else { return false }
        status = code
        headIsWhole = false
        head.removeAll()
        return true
    }

    private mutating func noteLength(_ line: UnsafeBufferPointer<UInt8>) {
        let name = "content-length:".utf8
        guard unsafe line.prefix(name.count).elementsEqual(name, by: { $0 | 0x20 == $1 | 0x20 }) else { return }
        let value = unsafe line.dropFirst(name.count).drop { $0 == UInt8(ascii: " ") }
        declaredLength = unsafe Int(digits: value.prefix { $0 > UInt8(ascii: " ") }) ?? 0
    }

    private mutating func fail(_ failure: Failure) -> Bool {
        self.failure = failure
        return false
    }
}

extension Int {
    /// The value of decimal digits; `nil` for anything else and for what is too large.
    fileprivate init?(digits: some Collection<UInt8>) {
        guard !digits.isEmpty, digits.count <= 18 else { return nil }
        self = 0
        for byte in digits {
            let digit = byte &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            self = self * 10 + Int(digit)
        }
    }
}
