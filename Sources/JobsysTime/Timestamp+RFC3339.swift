extension Timestamp {
    /// Reads any time of RFC 3339, as clients write it; nil for anything else.
    ///
    /// With or without a fraction, in UTC or at an offset; what is finer than a millisecond is cut off.
    public init?(rfc3339 text: String) {
        // "2026-11-21T11:08:00", then the fraction, then the offset.
        guard text.utf8.count >= 20, let second = Timestamp("\(text.prefix(19).uppercased()).000Z") else { return nil }
        var rest = text.dropFirst(19)
        var fraction: Int64 = 0
        if rest.first == "." {
            let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            guard let value = Int64((digits + "00").prefix(3)), !digits.isEmpty else { return nil }
            fraction = value
            rest = rest.dropFirst(1 + digits.count)
        }
        guard let offset = Self.offset(rest) else { return nil }
        self.init(milliseconds: second.milliseconds + fraction - offset * 60000)
    }

    /// Minutes east of UTC.
    private static func offset(_ text: Substring) -> Int64? {
        if text == "Z" || text == "z" { return 0 }
        let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard let sign = text.first, "+-".contains(sign), parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }),
            let hours = Int64(parts[0]), let minutes = Int64(parts[1]), (0..<24).contains(hours),
            (0..<60).contains(minutes)
        else { return nil }
        return (sign == "-" ? -1 : 1) * (hours * 60 + minutes)
    }
}
