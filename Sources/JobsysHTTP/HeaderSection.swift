import HTTPTypes

/// The lines of a response's head as they came, with a sound status line.
///
/// Most fields of most responses interest nobody, so they are parsed when somebody asks. Lines that are no legal fields
/// are left out.
struct HeaderSection: Sendable {
    /// The lines with their line ends, the status line first.
    private var bytes: [UInt8] = []
    /// Where each line ends.
    private var ends: [Int] = []

    /// Makes room, so that a usual head does not have to make it piece by piece.
    mutating func reserveCapacity(bytes byteCount: Int, lines lineCount: Int) {
        bytes.reserveCapacity(byteCount)
        ends.reserveCapacity(lineCount)
    }

    mutating func append(_ line: UnsafeBufferPointer<UInt8>) {
        unsafe bytes.append(contentsOf: line)
        ends.append(bytes.count)
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// All of it.
    func head(code: Int) -> HTTPResponse {
        let reason = bytes[..<(ends.first ?? 0)].dropFirst(13).trimmingBlanks
        var fields = HTTPFields()
        for (start, end) in zip(ends, ends.dropFirst()) {
            if let field = HTTPField(headerLine: bytes[start..<end]) { fields.append(field) }
        }
        let status = HTTPResponse.Status(code: code, reasonPhrase: String(decoding: reason, as: UTF8.self))
        return HTTPResponse(status: status, headerFields: fields)
    }

    /// The value of a field, commas between those of several; `nil` if there is none.
    subscript(name: HTTPField.Name) -> String? {
        let length = name.canonicalName.utf8.count
        var value: String?
        for index in ends.indices.dropFirst() {
            let (start, end) = (ends[index - 1], ends[index])
            // A look at the colon's place spares parsing nearly all the others.
            guard end - start > length, bytes[start + length] == UInt8(ascii: ":"),
                let field = HTTPField(headerLine: bytes[start..<end]), field.name == name
            else { continue }
            value = value.map { "\($0), \(field.value)" } ?? field.value
        }
        return value
    }
}

extension HTTPField {
    /// Parses `Name: value`; `nil` for what is no legal field.
    fileprivate init?(headerLine line: ArraySlice<UInt8>) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
            let name = HTTPField.Name(String(decoding: line[..<colon], as: UTF8.self))
        else { return nil }
        self.init(name: name, value: String(decoding: line[(colon + 1)...].trimmingBlanks, as: UTF8.self))
    }
}

extension ArraySlice<UInt8> {
    /// Without white space and line ends around it.
    fileprivate var trimmingBlanks: ArraySlice<UInt8> {
        var rest = drop(while: \.isBlank)
        while let last = rest.last, last.isBlank { rest.removeLast() }
        return rest
    }
}

extension UInt8 {
    fileprivate var isBlank: Bool {
        switch self {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): true
        default: false
        }
    }
}
