import HTTPTypes

extension HTTPResponse {
    /// Reads a head whose status line is known to be sound; lines that are no legal fields are left out.
    init(code: Int, headerSection bytes: [UInt8]) {
        var lines = bytes.split(separator: UInt8(ascii: "\n"))[...]
        let reason = lines.popFirst()?.dropFirst(13).trimmingBlanks ?? []
        var fields = HTTPFields()
        fields.reserveCapacity(lines.count)
        for line in lines {
            if let field = HTTPField(headerLine: line) { fields.append(field) }
        }
        let status = Status(code: code, reasonPhrase: String(decoding: reason, as: UTF8.self))
        self.init(status: status, headerFields: fields)
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
        self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == UInt8(ascii: "\r")
    }
}
