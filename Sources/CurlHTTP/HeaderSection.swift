import HTTPTypes

/// The lines of a response's head as they came, with a sound status line.
///
/// Most fields of most responses interest nobody, so they are parsed when somebody asks. Lines that are no legal fields
/// are left out.
struct HeaderSection: Sendable {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// All of it.
    func head(code: Int) -> HTTPResponse {
        var lines = bytes.split(separator: UInt8(ascii: "\n"))[...]
        let reason = lines.popFirst()?.dropFirst(13).trimmingBlanks ?? []
        var fields = HTTPFields()
        for line in lines {
            if let field = HTTPField(headerLine: line) { fields.append(field) }
        }
        let status = HTTPResponse.Status(code: code, reasonPhrase: String(decoding: reason, as: UTF8.self))
        return HTTPResponse(status: status, headerFields: fields)
    }

    /// The value of a field, commas between those of several; `nil` if there is none.
    subscript(name: HTTPField.Name) -> String? {
        let length = name.canonicalName.utf8.count
        var values: [String] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            // The first line has the status; a look at the colon's place spares parsing nearly all the others.
            guard line.startIndex > 0, line.count > length, line[line.startIndex + length] == UInt8(ascii: ":"),
                let field = HTTPField(headerLine: line), field.name == name
            else { continue }
            values.append(field.value)
        }
        return values.count > 1 ? values.joined(separator: ", ") : values.first
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
