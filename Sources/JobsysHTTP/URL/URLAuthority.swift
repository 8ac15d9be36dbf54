/// The authority of a URL: `[user[:password]@]host[:port]` (RFC 3986, section 3.2).
///
/// What `HTTPURL`, `Proxy`, the entries of `NO_PROXY` and requests have in common.
struct URLAuthority: Sendable, Hashable {
    /// Percent-decoded; nil if there is no user information.
    let user: String?

    /// Percent-decoded; nil if there is none, which is not the same as an empty one.
    let password: String?

    /// In lower case, an IPv6 address without its brackets.
    let host: String

    /// The port that is named.
    let port: Int?

    /// Parses a text; nil if it is no authority that a connection can be made to.
    ///
    /// The host is a name of letters, digits, `-`, `.` and `_`, or an address. The user information ends at the last `@`,
    /// as browsers and curl read it, and may not contain control characters. A port is 1 to 65535: an empty one, which
    /// RFC 3986 allows, is refused, since it is mostly a variable that nobody has set.
    init?(_ text: Substring) {
        var rest = text
        var login: [String] = []
        if let at = rest.lastIndex(of: "@") {
            let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            login = parts.compactMap(\.removingPercentEncoding)
            guard login.count == parts.count else { return nil }
            if login == [""] { login = [] }
            rest = rest[rest.index(after: at)...]
        }
        (user, password) = (login.first, login.dropFirst().first)

        let isBracketed = rest.first == "["
        guard let end = isBracketed ? rest.firstIndex(of: "]") : rest.firstIndex(of: ":") ?? rest.endIndex else {
            return nil
        }
        host = (isBracketed ? rest[..<end].dropFirst() : rest[..<end]).lowercased()
        guard isBracketed ? IPAddress(host)?.bytes.count == 16 : Self.isName(host) else { return nil }
        let tail = isBracketed ? rest[end...].dropFirst() : rest[end...]
        guard !tail.isEmpty else {
            port = nil
            return
        }
        guard tail.first == ":", tail.dropFirst().utf8.allSatisfy(\.isDigit), let number = UInt16(tail.dropFirst()),
            number > 0
        else { return nil }
        port = Int(number)
    }

    /// The host as it stands before a port: an IPv6 address in brackets.
    var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

    /// The host for comparisons: a name that ends with a dot is the same name.
    var comparableHost: String { host.last == "." ? String(host.dropLast()) : host }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text != "."
            && text.utf8.allSatisfy {
                $0.isLowercaseLetter || $0.isDigit
                    || [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_")].contains($0)
            }
    }
}

extension UInt8 {
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var isLowercaseLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
}

extension Substring {
    /// Decodes UTF-8 that is percent-encoded; nil for anything else, and for control characters.
    fileprivate var removingPercentEncoding: String? {
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while var byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let digits = String(rest.prefix(2)), rest.count >= 2, let value = UInt8(hexDigits: digits) else {
                    return nil
                }
                byte = value
                rest = rest.dropFirst(2)
            }
            guard byte >= 0x20, byte != 0x7F else { return nil }
            bytes.append(byte)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    /// The value of two hexadecimal digits; nil for anything else, such as a sign.
    fileprivate init?(hexDigits text: String) {
        guard text.utf8.count == 2, text.allSatisfy(\.isHexDigit) else { return nil }
        self.init(text, radix: 16)
    }
}
