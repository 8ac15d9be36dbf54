/// Takes what looks like a secret out of free text, in one pass over its bytes.
struct TextScrubber {
    private let bytes: [UInt8]
    private let names: SensitiveNames
    private var position = 0
    private var output: [UInt8] = []

    init(_ text: String, names: SensitiveNames) {
        bytes = Array(text.utf8)
        self.names = names
        output.reserveCapacity(bytes.count)
    }

    /// Whether a text is one word that is no secret by itself, as ids and most values of a log are.
    static func isPlain(_ text: String) -> Bool {
        guard text.utf8.allSatisfy(isRunByte) else { return false }
        return text.utf8.count < shortestSecret || !secretBeginnings.contains { text.utf8.starts(with: $0.utf8) }
    }

    /// The length of an AWS access key id; JSON web tokens are longer.
    private static let shortestSecret = 20

    /// The length of an API key whose stage has one character.
    private static let shortestAPIKey = 64

    private static let secretBeginnings = ["AKIA", "ASIA", "eyJ", "jobsys_"]

    mutating func scrub() -> String {
        while position < bytes.count {
            guard Self.isRunByte(bytes[position]) else {
                output.append(bytes[position])
                position += 1
                continue
            }
            let start = position
            let end = endOfRun(from: start)
            if isSecret(start..<end) {
                replace(upTo: end)
            } else {
                copy(upTo: end)
                scrubWhatFollows(start..<end)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// After a run of letters, digits and their like has been copied: what it introduces.
    private mutating func scrubWhatFollows(_ run: Range<Int>) {
        if bytes[position...].starts(with: "://".utf8) {
            copy(upTo: position + 3)
            if let end = endOfUserInfo() { replace(upTo: end) }
        } else if isScheme(run), let value = valueAfterSpace() {
            copy(upTo: value.lowerBound)
            replace(upTo: value.upperBound)
        } else if let value = valueOfPair(), names.match(name(of: run)) {
            let isQuoted = isQuoted(value)
            // What tells no secret is looked at like any other text.
            if !isQuoted, saysNoSecret(value, after: run) { return }
            copy(upTo: value.lowerBound)
            replace(upTo: isHeader(run) && !isQuoted ? endOfLine() : value.upperBound)
        }
    }

    private mutating func copy(upTo end: Int) {
        output.append(contentsOf: bytes[position..<end])
        position = end
    }

    private mutating func replace(upTo end: Int) {
        output.append(contentsOf: Redactor.mark.utf8)
        position = end
    }
}

extension TextScrubber {
    /// An AWS access key id, a JSON web token, or an API key of svc-api (`jobsys_<stage>_<id>_<secret>`).
    private func isSecret(_ run: Range<Int>) -> Bool {
        let text = bytes[run]
        if text.starts(with: "jobsys_".utf8) {
            // The names of metrics begin alike, and are shorter.
            return text.count >= Self.shortestAPIKey && text.count { $0 == UInt8(ascii: "_") } >= 3
        }
        if text.count == Self.shortestSecret, text.starts(with: "AKIA".utf8) || text.starts(with: "ASIA".utf8) {
            return text.allSatisfy { 0x41...0x5A ~= $0 || 0x30...0x39 ~= $0 }
        }
        return text.count > Self.shortestSecret && text.starts(with: "eyJ".utf8)
            && text.count { $0 == UInt8(ascii: ".") } >= 2
    }

    private func isScheme(_ run: Range<Int>) -> Bool {
        guard run.count == 6 || run.count == 5 else { return false }
        let word = lowercased(run)
        return word == "bearer" || word == "basic"
    }

    /// Header fields whose value is the rest of the line, spaces and all.
    private func isHeader(_ run: Range<Int>) -> Bool {
        let word = lowercased(run)
        return word.hasSuffix("authorization") || word.hasSuffix("cookie")
    }

    /// Whether what follows a sensitive name says that there is no value, or is a sentence about it.
    ///
    /// A sentence begins with two plain words, after a colon and a space.
    private func saysNoSecret(_ value: Range<Int>, after run: Range<Int>) -> Bool {
        guard !isHeader(run) else { return false }
        if Self.absences.contains(lowercased(plainWord(value))) { return true }
        guard value.lowerBound == position + 2, bytes[position] == UInt8(ascii: ":"), isWord(plainWord(value)),
            value.upperBound < bytes.count, bytes[value.upperBound] == UInt8(ascii: " "),
            names.mayIntroduceSentence(name(of: run))
        else { return false }
        let start = value.upperBound + 1
        return isWord(plainWord(start..<skip(from: start) { !Self.endsBareValue($0) }))
    }

    /// What stands where a value would, if there is none.
    private static let absences: Set = [
        "denied", "empty", "expired", "false", "invalid", "missing", "nil", "no", "none", "not", "null", "required",
        "true", "unavailable", "undefined", "unset",
    ]

    /// A word without the mark that ends its sentence or clause.
    private func plainWord(_ word: Range<Int>) -> Range<Int> {
        guard let last = bytes[word].last, ".:!?".utf8.contains(last) else { return word }
        return word.dropLast()
    }

    /// Whether these are at most 16 letters, all but the first of which are small, or two or three capitals.
    private func isWord(_ range: Range<Int>) -> Bool {
        let letters = bytes[range]
        guard let first = letters.first, Self.isLetter(first), letters.count <= 16 else { return false }
        return letters.dropFirst().allSatisfy { 0x61...0x7A ~= $0 }
            || letters.count <= 3 && letters.allSatisfy { 0x41...0x5A ~= $0 }
    }

    /// The end of the name is what tells, and no name is longer than this.
    private func name(of run: Range<Int>) -> String {
        String(decoding: bytes[run].suffix(128), as: UTF8.self)
    }

    private func lowercased(_ run: Range<Int>) -> String {
        name(of: run).lowercased()
    }

    /// The credentials after `Bearer ` or `Basic `, unless they look like the next word of a sentence.
    private func valueAfterSpace() -> Range<Int>? {
        let start = skip(from: position) { $0 == UInt8(ascii: " ") }
        let end = skip(from: start) { Self.isRunByte($0) || "~+/=".utf8.contains($0) }
        guard start > position, end - start >= 8 else { return nil }
        let isWord = end - start < 20 && bytes[start..<end].dropFirst().allSatisfy { 0x61...0x7A ~= $0 }
        return isWord ? nil : start..<end
    }

    /// The value after `=` or `:`, without its quotation marks, which may have backslashes before them.
    private func valueOfPair() -> Range<Int>? {
        let name = skip(from: position) { Self.isQuote($0) || $0 == UInt8(ascii: "\\") }
        let separator = skip(from: name) { $0 == UInt8(ascii: " ") }
        guard separator < bytes.count, "=:".utf8.contains(bytes[separator]) else { return nil }
        let mark = skip(from: separator + 1) { $0 == UInt8(ascii: " ") }
        let quote = skip(from: mark) { $0 == UInt8(ascii: "\\") }
        guard quote < bytes.count, Self.isQuote(bytes[quote]) else {
            let end = skip(from: mark) { !Self.endsBareValue($0) }
            return end > mark ? mark..<end : nil
        }
        return (quote + 1)..<endOfQuoted(from: quote + 1, by: bytes[quote], escaped: quote > mark)
    }

    private func endOfQuoted(from start: Int, by quote: UInt8, escaped: Bool) -> Int {
        if escaped { return skip(from: start) { $0 != UInt8(ascii: "\\") } }
        var index = start
        while index < bytes.count, bytes[index] != quote {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index, bytes.count)
    }

    private func isQuoted(_ value: Range<Int>) -> Bool {
        Self.isQuote(bytes[value.lowerBound - 1])
    }

    private func endOfLine() -> Int {
        skip(from: position) { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    }

    /// The `@` that ends a user and password; nil if the URL has none.
    private func endOfUserInfo() -> Int? {
        let end = skip(from: position) { !"/?#@ \"'<>\n\t".utf8.contains($0) }
        return end < bytes.count && bytes[end] == UInt8(ascii: "@") ? end : nil
    }

    private func endOfRun(from start: Int) -> Int {
        skip(from: start, while: Self.isRunByte)
    }

    private func skip(from start: Int, while condition: (UInt8) -> Bool) -> Int {
        var index = start
        while index < bytes.count, condition(bytes[index]) { index += 1 }
        return index
    }

    private static func isRunByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: byte >= 0x80
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        0x41...0x5A ~= byte || 0x61...0x7A ~= byte
    }

    private static func isQuote(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
    }

    private static func endsBareValue(_ byte: UInt8) -> Bool {
        byte <= 0x20 || ",;&)]}\"'".utf8.contains(byte)
    }
}
