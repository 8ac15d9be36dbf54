import Synchronization

/// The rule for names whose values must not be shown.
struct SensitiveNames: Sendable {
    private enum Place {
        /// From the start of a word to the end of one: `pin` in `cardPin`, but not in `spinning`.
        case wholeWords
        /// Up to the end of a word: `token` in `authtoken`, but not in `tokenizer`.
        case endOfWord
        case anywhere
    }

    private struct Pattern {
        var text: [UInt8]
        var place: Place
    }

    private let patterns: [Pattern]

    init(additional: Set<String>) {
        let more = additional.map { Pattern(text: NameWords($0).letters, place: .wholeWords) }
        patterns = Self.usual + more.filter { !$0.text.isEmpty }
    }

    /// Whether a part of the name is sensitive, written as one word or as several.
    func match(_ name: String) -> Bool {
        let words = NameWords(name)
        return patterns.contains { pattern in
            words.matches(of: pattern.text)
                .contains { range in
                    switch pattern.place {
                    case .wholeWords:
                        words.isBoundary(range.lowerBound) && words.isBoundary(range.upperBound)
                            && !Self.isQuantity(pattern.text, in: words, at: range.lowerBound)
                    case .endOfWord: words.isBoundary(range.upperBound)
                    case .anywhere: true
                    }
                }
        }
    }

    /// Whether such a name may introduce a sentence instead of a value: it tells of a failure, as `ExpiredTokenException`
    /// does, or it is one of those whose values machines make, as no word of a sentence looks.
    func mayIntroduceSentence(_ name: String) -> Bool {
        let words = NameWords(name)
        let last = words.last
        return Self.failureBeginnings.contains(words.first) || Self.failureEndings.contains(last)
            || Self.machineMade.contains(last)
    }

    private static let failureBeginnings: Set = [
        "bad", "expired", "incomplete", "incorrect", "invalid", "malformed", "missing", "no", "revoked", "unauthorized",
        "unknown", "unrecognized", "unsupported",
    ]
    private static let failureEndings: Set = [
        "denied", "error", "exception", "exist", "expired", "failed", "failure", "fault", "found", "invalid",
        "mismatch",
        "missing", "required", "unavailable",
    ]
    private static let machineMade: Set = [
        "auth", "credential", "credentials", "jwt", "session", "sessions", "token", "tokens",
    ]

    private static let usual: [Pattern] =
        patterns(
            .wholeWords,
            "auth authorization bearer cookie cookies cvc cvv encryptionkey jwt otp passcode pin pwd secret secrets "
                + "session sessionid signingkey socialsecurity ssn token tokens"
        )
        + patterns(.endOfWord, "secret token cookie")
        + patterns(
            .anywhere,
            "accesskey apikey authorization cardnumber creditcard credential passphrase passwd password privatekey "
                + "secretkey"
        )

    private static func patterns(_ place: Place, _ list: String) -> [Pattern] {
        list.split(separator: " ").map { Pattern(text: Array($0.utf8), place: place) }
    }

    private static let tokens = Array("tokens".utf8)
    private static let quantities = Set(
        ["completion", "input", "max", "maximum", "min", "minimum", "output", "prompt", "total"].map { Array($0.utf8) }
    )

    /// Language models count tokens: `maxTokens` is a number, not a secret.
    private static func isQuantity(_ text: [UInt8], in words: NameWords, at start: Int) -> Bool {
        text == tokens && quantities.contains(words.word(before: start))
    }
}

/// Remembers which of the names that a program's own code gives are sensitive: they are few, and come again in each line.
final class NameVerdicts: Sendable {
    private let names: SensitiveNames
    private let verdicts = Mutex<[String: Bool]>([:])
    /// More names than a program has: whoever makes names up must not fill the memory.
    private static let limit = 256

    init(_ names: SensitiveNames) {
        self.names = names
    }

    /// Whether values under this name must not be shown.
    func isSensitive(_ name: String) -> Bool {
        verdicts.withLock { verdicts in
            if let verdict = verdicts[name] { return verdict }
            let verdict = names.match(name)
            if verdicts.count < Self.limit { verdicts[name] = verdict }
            return verdict
        }
    }
}
