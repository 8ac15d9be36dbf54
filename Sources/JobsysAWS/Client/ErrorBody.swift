import JobsysJSON

/// What an error answer's body says: AWS JSON, or the XML of the query protocol and of proxies that speak it.
struct ErrorBody {
    private(set) var type: String?
    private(set) var message: String?

    init(_ body: [UInt8]) {
        let start = body.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        switch start.first {
        case UInt8(ascii: "{"): readJSON(body)
        case UInt8(ascii: "<"): readXML(String(decoding: start.prefix(Self.longestXML), as: UTF8.self))
        default: break
        }
    }

    private static let longestXML = 16 * 1024

    private mutating func readJSON(_ body: [UInt8]) {
        var reader = JSONReader(body)
        // Half a document may still have the name; what is lacking, the status has to say.
        try? reader.readMembers { reader, key throws(JSONError) in
            guard try reader.peekKind() == .string else { return }
            switch key {
            case "__type": type = try reader.readString()
            case "code" where type == nil: type = try reader.readString()
            case "message", "Message": message = try reader.readString()
            default: break
            }
        }
    }

    private mutating func readXML(_ text: String) {
        type = Self.content(of: "Code", in: text)
        // A page of HTML has no name, and its text is for browsers.
        if type != nil { message = Self.content(of: "Message", in: text) }
    }

    /// The text of the first element of a name, if it holds nothing but text.
    private static func content(of name: String, in text: String) -> String? {
        let start = "<\(name)>"
        var rest = text[...]
        while let tag = rest.firstIndex(of: "<") {
            rest = rest[tag...]
            guard rest.hasPrefix(start) else {
                rest = rest.dropFirst()
                continue
            }
            let content = rest.dropFirst(start.count)
            let end = content.prefix { $0 != "<" }.endIndex
            return content[end...].hasPrefix("</\(name)>") ? String(content[..<end]) : nil
        }
        return nil
    }
}
