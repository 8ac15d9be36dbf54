import HTTPTypes
import NIOHTTP1

/// What a request's head must be before anybody looks at what it asks for.
enum RequestRules {
    /// The longest header field, name and value, and the longest target, in bytes: ids, keys and traces are all that our
    /// clients have to say in headers.
    static let fieldLimit = 16 * 1024
    /// The longest header, in bytes of its fields' names and values.
    static let headerLimit = 32 * 1024
    /// The most header fields.
    static let fieldCountLimit = 100

    /// The rule that a request's head breaks; nil if it breaks none.
    static func problem(with head: HTTPRequestHead) -> Problem? {
        if head.uri.utf8.count > fieldLimit { return longTarget }
        guard head.version.major == 1 else { return otherVersion }
        var size = 0
        var hosts: [String] = []
        var codings: [Substring] = []
        for (name, value) in head.headers {
            let length = name.utf8.count + value.utf8.count
            size += length
            guard length <= fieldLimit, size <= headerLimit else { return longHeader }
            if name.isField("host") { hosts.append(value) }
            if name.isField("transfer-encoding") { codings += value.split(separator: ",") }
        }
        guard head.headers.count <= fieldCountLimit else { return longHeader }
        return problem(withHosts: hosts, head.version) ?? problem(withCodings: codings, head)
    }

    /// The problem that an error of the parser is.
    ///
    /// - Parameters:
    ///   - error: The error.
    ///   - isInTarget: Whether the request line had not ended yet.
    /// - Returns: The problem.
    static func problem(_ error: HTTPParserError, isInTarget: Bool) -> Problem {
        switch error {
        case .headerOverflow: isInTarget ? longTarget : longHeader
        case .invalidVersion: otherVersion
        default: framing
        }
    }

    /// RFC 9112, section 3.2.
    private static func problem(withHosts hosts: [String], _ version: HTTPVersion) -> Problem? {
        guard hosts.count == 1 || hosts.isEmpty && version.minor == 0 else { return oneHost }
        return hosts.allSatisfy(isHost) ? nil : badHost
    }

    /// RFC 9112, sections 6.1 and 6.3.
    private static func problem(withCodings list: [Substring], _ head: HTTPRequestHead) -> Problem? {
        guard head.headers.contains(name: "Transfer-Encoding") else { return nil }
        let names = list.map { $0.filter { !" \t".contains($0) }.lowercased() }.filter { !$0.isEmpty }
        guard head.version.minor > 0, !head.headers.contains(name: "Content-Length") else { return framing }
        guard names.last == "chunked", names.count(where: { $0 == "chunked" }) == 1 else { return framing }
        return names.count == 1 ? nil : unknownCoding
    }

    /// Whether a text is empty, or a host with or without a port (RFC 3986, section 3.2.2).
    private static func isHost(_ text: String) -> Bool {
        var host = text[...]
        if let colon = text.lastIndex(of: ":"), text[colon...].allSatisfy({ $0 != "]" }) {
            guard text[colon...].dropFirst().allSatisfy({ $0.isASCII && $0.isNumber }) else { return false }
            host = text[..<colon]
        }
        if host.hasPrefix("[") {
            return host.hasSuffix("]") && host.dropFirst().dropLast().allSatisfy { isNameCharacter($0) || $0 == ":" }
        }
        return host.allSatisfy { isNameCharacter($0) || $0 == "%" }
    }

    private static func isNameCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber) || "-._~!$&'()*+,;=".contains(character)
    }

    private static let oneHost = Problem(
        .badRequest,
        "A request must have one Host header (RFC 9112, section 3.2)."
    )
    private static let badHost = Problem(
        .badRequest,
        "The Host header must be a host name or an address, with or without a port."
    )
    private static let framing = Problem(.badRequest, "The request is not framed as HTTP wants it.")
    private static let unknownCoding = Problem(
        .notImplemented,
        "The only transfer coding that this service knows is chunked."
    )
    private static let otherVersion = Problem(
        .httpVersionNotSupported,
        "This service speaks HTTP/1.1 and HTTP/1.0."
    )
    private static let longTarget = Problem(
        .uriTooLong,
        "The request target is longer than the limit of \(fieldLimit) bytes."
    )
    private static let longHeader = Problem(
        .requestHeaderFieldsTooLarge,
        "The header is too long: a field may have \(fieldLimit) bytes, all fields \(headerLimit), "
            + "in \(fieldCountLimit) lines."
    )
}

extension String {
    /// Whether it is a field's name, which has no case (RFC 9110, section 5.1).
    fileprivate func isField(_ name: String) -> Bool {
        utf8.count == name.utf8.count && lowercased() == name
    }
}
