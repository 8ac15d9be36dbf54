public import JobsysJSON

/// Decides what must not be shown, and takes it out: the one place that logs, incidents and notifications go through.
public struct Redactor: Sendable {
    /// What stands in place of a value that is not shown.
    public static let mark = "[redacted]"

    /// The usual names and no others.
    public static let standard = Redactor()

    let names: SensitiveNames

    /// Creates a redactor; the additional names are matched like the usual ones, without regard to case, `-` and `_`.
    public init(additionalNames: Set<String> = []) {
        names = SensitiveNames(additional: additionalNames)
    }

    /// Whether values under this name must not be shown.
    ///
    /// A name is sensitive if a run of its words is: `dbPassword`, `x-api-key` and `SESSION_TOKEN` are, `tokenizer` and
    /// `maxTokens` are not.
    public func isSensitive(_ name: String) -> Bool {
        names.match(name)
    }

    /// The value with every sensitive member replaced, at any depth, and with its other texts scrubbed.
    public func redact(_ value: JSONValue) -> JSONValue {
        switch value {
        case .null, .bool, .number:
            return value
        case .string(let text):
            return .string(redact(text: text))
        case .array(let elements):
            return .array(elements.map(redact))
        case .object(let object):
            return .object(
                JSONObject(
                    object.members.map { member in
                        (member.key, isSensitive(member.key) ? .string(Self.mark) : redact(member.value))
                    }
                )
            )
        }
    }

    /// Free text without what looks like a secret: the values of sensitive names (`password=...`, `"token":"..."`,
    /// `Authorization: ...`), bearer and basic credentials, JSON web tokens, AWS access key ids, and users in URLs.
    public func redact(text: String) -> String {
        guard !TextScrubber.isPlain(text) else { return text }
        var scrubber = TextScrubber(text, names: names)
        return scrubber.scrub()
    }

    /// The redacted value as JSON of at most so many bytes; what is too long is cut between characters and ends in "…".
    public func excerpt(of value: JSONValue, maxBytes: Int) -> String {
        Excerpt.cut(redact(value).serializedString, toBytes: maxBytes)
    }

    /// The redacted text, cut likewise.
    public func excerpt(of text: String, maxBytes: Int) -> String {
        Excerpt.cut(redact(text: text), toBytes: maxBytes)
    }
}

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
