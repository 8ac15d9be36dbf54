extension Timestamp {
    /// Reads a date of HTTP's header fields, such as `Sun, 06 Nov 1994 08:49:37 GMT`; nil for anything else, and for the
    /// years before 1970.
    ///
    /// Source: RFC 9110, section 5.6.7, the form that servers must send.
    public init?(httpDate text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].count == 4, parts[0].hasSuffix(","), parts[1].count == 2,
            let month = months.firstIndex(of: String(parts[2])), parts[3].count == 4, parts[3] >= "1970",
            parts[4].count == 8, parts[5] == "GMT"
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        self.init(rfc3339: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }
}

private let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
