import FoundationEssentials

extension Date {
    /// Reads an RFC 3339 time, with or without a fraction of a second.
    init?(credentialsTimestamp text: String) {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
        // A provider turns nil into an error that names the member.
        guard let date = try? style.parse(text) else { return nil }
        self = date
    }
}
