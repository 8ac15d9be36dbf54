import JobsysTime

extension Duration {
    /// In seconds, a year: nobody is waited for longer.
    static let longestPause: Double = 31_536_000

    /// Reads `Retry-After`, in seconds or as a date; nil for anything else.
    ///
    /// A date that has passed is no pause at all.
    ///
    /// Source: RFC 9110, section 10.2.3.
    init?(retryAfter text: String, at now: Timestamp) {
        let text = text.split(separator: " ").joined(separator: " ")
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            self = .seconds(min(Double(text) ?? Self.longestPause, Self.longestPause))
        } else if let date = Timestamp(httpDate: text) {
            self = min(max(.zero, date.duration(since: now)), .seconds(Self.longestPause))
        } else {
            return nil
        }
    }
}

extension Timestamp {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Reads a date in one of the three forms of RFC 9110, section 5.6.7; nil for anything else.
    ///
    /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov 6 08:49:37 1994`. The day of the week is
    /// not looked at.
    init?(httpDate text: String) {
        let words = text.split { $0 == " " || $0 == "-" || $0 == "," }.map(String.init)
        guard words.count >= 5 else { return nil }
        let isLegacy = words.count == 5
        guard isLegacy || (words.count == 6 && words[5] == "GMT") else { return nil }
        let (day, monthName) = isLegacy ? (words[2], words[1]) : (words[1], words[2])
        let (time, yearText) = isLegacy ? (words[3], words[4]) : (words[4], words[3])
        guard let month = Self.months.firstIndex(of: monthName), var year = Int(yearText), (1...2).contains(day.count)
        else { return nil }
        // Two digits are the year that is at most half a century ahead; no server means one of long ago.
        if yearText.count == 2 { year += year < 70 ? 2000 : 1900 }
        let digits = { (number: String) in number.count < 2 ? "0\(number)" : number }
        let date = "\(year)-\(digits(String(month + 1)))-\(digits(day))"
        self.init(rfc3339: "\(date)T\(time)Z")
    }
}
