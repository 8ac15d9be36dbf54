/// Reads the files of a time zone database.
///
/// Source: RFC 9636, "The Time Zone Information Format (TZif)".
struct TimeZoneFile {
    /// The counts that a block begins with.
    private struct Header {
        var version: UInt8
        var utcIndicators: Int
        var standardIndicators: Int
        var leaps: Int
        var times: Int
        var types: Int
        var characters: Int

        /// How many bytes the block has behind its header.
        func length(timeSize: Int) -> Int {
            times * (timeSize + 1) + types * 6 + characters + leaps * (timeSize + 4) + standardIndicators
                + utcIndicators
        }
    }

    private static let headerLength = 44
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The zone that the file describes; nil for anything that is no such file, or one that counts leap seconds.
    func zone(named name: String) -> IANATimeZone? {
        guard let first = header(at: 0) else { return nil }
        guard first.version >= UInt8(ascii: "2") else {
            return zone(named: name, first, at: Self.headerLength, timeSize: 4)
        }
        // The first block is there for old readers.
        let start = Self.headerLength + first.length(timeSize: 4)
        guard let second = header(at: start) else { return nil }
        return zone(named: name, second, at: start + Self.headerLength, timeSize: 8)
    }

    private func header(at start: Int) -> Header? {
        guard bytes.count >= start + Self.headerLength, bytes[start..<(start + 4)].elementsEqual("TZif".utf8) else {
            return nil
        }
        let counts = (0..<6).map { Int(number(at: start + 20 + $0 * 4, size: 4)) }
        guard counts.allSatisfy({ (0...bytes.count).contains($0) }) else { return nil }
        return Header(
            version: bytes[start + 4],
            utcIndicators: counts[0],
            standardIndicators: counts[1],
            leaps: counts[2],
            times: counts[3],
            types: counts[4],
            characters: counts[5]
        )
    }

    private func zone(named name: String, _ header: Header, at start: Int, timeSize: Int) -> IANATimeZone? {
        let end = start + header.length(timeSize: timeSize)
        guard header.leaps == 0, header.types > 0, end <= bytes.count else { return nil }
        let indexes = start + header.times * timeSize
        let types = indexes + header.times
        var transitions: [Int64] = []
        // Before the first transition the first type holds.
        var offsets = [number(at: types, size: 4)]
        for index in 0..<header.times {
            let type = Int(bytes[indexes + index])
            let transition = number(at: start + index * timeSize, size: timeSize)
            guard type < header.types, transitions.last.map({ $0 < transition }) ?? true else { return nil }
            transitions.append(transition)
            offsets.append(number(at: types + type * 6, size: 4))
        }
        guard offsets.allSatisfy({ abs($0) < 86400 * 2 }) else { return nil }
        var rule: RecurringOffsets?
        if timeSize == 8 {
            guard let footer = footer(at: end) else { return nil }
            if !footer.isEmpty {
                rule = RecurringOffsets(footer)
                guard rule != nil else { return nil }
            }
        }
        return IANATimeZone(name: name, transitions: transitions, offsets: offsets, rule: rule)
    }

    /// The text between two line feeds.
    private func footer(at start: Int) -> String? {
        guard start < bytes.count, bytes[start] == UInt8(ascii: "\n"),
            let end = bytes[(start + 1)...].firstIndex(of: UInt8(ascii: "\n"))
        else { return nil }
        return String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
    }

    /// A signed number, its first byte the most significant one.
    private func number(at start: Int, size: Int) -> Int64 {
        let value = bytes[start..<(start + size)].reduce(0) { $0 << 8 | UInt64($1) }
        return size == 4 ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value)
    }
}
