/// A name in lower case and without punctuation, and where its words begin: `x-APIKey_2` is x, api, key, 2.
struct NameWords {
    private(set) var letters: [UInt8] = []
    private var starts: [Int] = []

    init(_ name: String) {
        let bytes = Array(name.utf8)
        letters.reserveCapacity(bytes.count)
        var isInWord = false
        for (index, byte) in bytes.enumerated() {
            guard Self.isWordByte(byte) else {
                isInWord = false
                continue
            }
            let isCapital = Self.isUpper(byte)
            let followsCapital = index > 0 && Self.isUpper(bytes[index - 1])
            let precedesLower = index + 1 < bytes.count && Self.isLower(bytes[index + 1])
            if !isInWord || (isCapital && (!followsCapital || precedesLower)) { starts.append(letters.count) }
            letters.append(isCapital ? byte | 0x20 : byte)
            isInWord = true
        }
    }

    /// Whether a word begins or ends at an index of the letters.
    func isBoundary(_ index: Int) -> Bool {
        index == letters.count || starts.contains(index)
    }

    /// The first word; empty if there is none.
    var first: String { String(decoding: letters[..<(starts.dropFirst().first ?? letters.count)], as: UTF8.self) }

    /// The last word; empty if there is none.
    var last: String { String(decoding: letters[(starts.last ?? 0)...], as: UTF8.self) }

    /// The word that ends where another one begins; empty before the first.
    func word(before start: Int) -> [UInt8] {
        guard let previous = starts.last(where: { $0 < start }) else { return [] }
        return Array(letters[previous..<start])
    }

    /// Where the letters hold a text.
    func matches(of text: [UInt8]) -> [Range<Int>] {
        guard let first = text.first, letters.count >= text.count else { return [] }
        return (0...letters.count - text.count)
            .compactMap { start in
                guard letters[start] == first, letters[start..<start + text.count].elementsEqual(text) else {
                    return nil
                }
                return start..<start + text.count
            }
    }

    private static func isUpper(_ byte: UInt8) -> Bool {
        UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
    }

    private static func isLower(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        isUpper(byte) || isLower(byte) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || byte >= 0x80
    }
}
