import JobsysJSON

extension JSONValue {
    /// A value of a few levels, with the strings and numbers that are hard to read.
    static func random(depth: Int = 4, using random: inout some RandomNumberGenerator) -> JSONValue {
        switch Int.random(in: depth > 0 ? 0..<8 : 0..<5, using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .number(.random(using: &random))
        case 3, 4: return .string(.random(using: &random))
        case 5:
            let count = Int.random(in: 0...4, using: &random)
            return .array((0..<count).map { _ in .random(depth: depth - 1, using: &random) })
        default:
            let count = Int.random(in: 0...4, using: &random)
            return .object(
                JSONObject(
                    (0..<count).map { _ in (.random(using: &random), .random(depth: depth - 1, using: &random)) }
                )
            )
        }
    }

    /// The document with white space between its tokens, and some of its characters as escapes.
    func respelled(using random: inout some RandomNumberGenerator) -> String {
        let space = ["", "", " ", "\n\t", "\r\n "].randomElement(using: &random) ?? ""
        switch self {
        case .null, .bool, .number:
            return space + serializedString + space
        case .string(let text):
            return space + text.respelled(using: &random) + space
        case .array(let elements):
            return "\(space)[\(elements.map { $0.respelled(using: &random) }.joined(separator: ","))\(space)]"
        case .object(let object):
            let members = object.members.map {
                "\(space)\($0.key.respelled(using: &random))\(space):\($0.value.respelled(using: &random))"
            }
            return "\(space){\(members.joined(separator: ","))\(space)}\(space)"
        }
    }
}

extension JSONNumber {
    fileprivate static func random(using random: inout some RandomNumberGenerator) -> JSONNumber {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: JSONNumber(Int.random(in: -1000...1000, using: &random))
        case 1: JSONNumber(Int(bitPattern: UInt(random.next())))
        default: JSONNumber(Double(bitPattern: random.next())) ?? JSONNumber(0)
        }
    }
}

extension String {
    fileprivate static func random(using random: inout some RandomNumberGenerator) -> String {
        let pool: [Unicode.Scalar] = [
            "a", "b", "Z", "0", " ", "\"", "\\", "/", "\u{0}", "\u{8}", "\n", "\u{1F}", "\u{7F}", "é", "\u{301}",
            "\u{2028}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "😀", "\u{10FFFF}",
        ]
        let length = Int.random(in: 0...(Bool.random(using: &random) ? 4 : 40), using: &random)
        return String(UnicodeScalarView((0..<length).compactMap { _ in pool.randomElement(using: &random) }))
    }

    fileprivate func respelled(using random: inout some RandomNumberGenerator) -> String {
        var text = "\""
        for scalar in unicodeScalars {
            if Bool.random(using: &random), scalar.value >= 0x20, scalar != "\"", scalar != "\\" {
                text.unicodeScalars.append(scalar)
            } else {
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                    let digits = String(unit, radix: 16, uppercase: Bool.random(using: &random))
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        return text + "\""
    }
}
