extension [String] {
    /// Splits a command as a POSIX shell would, but expands nothing; nil if a quotation mark or escape has no end.
    init?(command: String) {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var characters = command.makeIterator()
        while let character = characters.next() {
            switch (character, quote) {
            case ("\\", nil), ("\\", "\""):
                guard let escaped = characters.next() else { return nil }
                // Within double quotes a backslash stands for itself, unless it is before one of these.
                let isKept = quote != nil && escaped != "\"" && escaped != "\\"
                word = (word ?? "") + (isKept ? "\\" : "") + String(escaped)
            case (_, let mark?) where character == mark:
                quote = nil
            case ("\"", nil), ("'", nil):
                (quote, word) = (character, word ?? "")
            case (" ", nil), ("\t", nil), ("\n", nil):
                if let word { words.append(word) }
                word = nil
            default:
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { return nil }
        if let word { words.append(word) }
        self = words
    }
}
