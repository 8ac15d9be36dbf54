import FoundationEssentials

extension Setting where Value == String {
    /// A variable that takes any text.
    public static func string(
        _ key: String,
        summary: String,
        expected: String,
        default defaultText: String? = nil,
        isSecret: Bool = false
    ) -> Self {
        Setting(key, summary: summary, expected: expected, default: defaultText, isSecret: isSecret) { $0 }
    }

    /// A variable that takes an absolute http or https URL.
    public static func url(_ key: String, summary: String, default defaultText: String? = nil) -> Self {
        Setting(key, summary: summary, expected: "an http or https URL", default: defaultText) { text in
            webURL(text) == nil ? nil : text
        }
    }

    /// A variable that takes the URL of a queue: its path names the queue.
    public static func queueURL(_ key: String, summary: String, fifo: Bool = false) -> Self {
        let name = fifo ? "the FIFO queue's name (.fifo)" : "the queue's name"
        return Setting(key, summary: summary, expected: "an http or https URL ending in \(name)") { text in
            guard let url = webURL(text), !url.hasDirectoryPath, !url.path().isEmpty else { return nil }
            return fifo == url.path().hasSuffix(".fifo") ? text : nil
        }
    }
}

extension Setting where Value == Int {
    /// A variable that takes a whole number in a range.
    public static func int(
        _ key: String,
        summary: String,
        in range: ClosedRange<Int>,
        default defaultValue: Int? = nil
    ) -> Self {
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return Setting(key, summary: summary, expected: expected, default: defaultValue.map(String.init)) { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension Setting where Value == Duration {
    /// A variable that takes a whole number of seconds in a range.
    public static func seconds(
        _ key: String,
        summary: String,
        in range: ClosedRange<Int>,
        default defaultValue: Int? = nil
    ) -> Self {
        let expected = "a whole number of seconds from \(range.lowerBound) to \(range.upperBound)"
        return Setting(key, summary: summary, expected: expected, default: defaultValue.map(String.init)) { text in
            Int(text).flatMap { range.contains($0) ? .seconds($0) : nil }
        }
    }
}

extension Setting where Value == Bool {
    /// A variable that takes `true` or `false`.
    public static func flag(_ key: String, summary: String, default defaultValue: Bool) -> Self {
        Setting(key, summary: summary, expected: "true or false", default: String(defaultValue)) { text in
            Bool(text.lowercased())
        }
    }
}

extension Setting where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// A variable that takes one of a type's names, in lower or upper case.
    public static func choice(_ key: String, summary: String, default defaultValue: Value? = nil) -> Self {
        let expected = "one of " + Value.allCases.map(\.rawValue).joined(separator: ", ")
        return Setting(key, summary: summary, expected: expected, default: defaultValue?.rawValue) { text in
            Value(rawValue: text.lowercased())
        }
    }
}

private func webURL(_ text: String) -> URL? {
    guard let url = URL(string: text, encodingInvalidCharacters: false),
        ["http", "https"].contains(url.scheme?.lowercased()), url.host()?.isEmpty == false
    else { return nil }
    return url
}
