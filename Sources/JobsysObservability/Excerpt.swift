/// Text that is cut to fit.
enum Excerpt {
    private static let ellipsis = "…"

    /// The text if it has at most so many bytes, else as much as fits with "…" after it.
    static func cut(_ text: String, toBytes limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        let room = limit - ellipsis.utf8.count
        guard room >= 0 else { return "" }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: room)
        while end > text.startIndex, !isBoundary(end, of: text) { end = text.utf8.index(before: end) }
        return text[..<end] + ellipsis
    }

    private static func isBoundary(_ index: String.Index, of text: String) -> Bool {
        index.samePosition(in: text) != nil
    }
}
