import FoundationEssentials

extension [String: String] {
    /// The value of a variable without surrounding blanks; nil if it is unset or blank.
    func nonBlank(_ key: String) -> String? {
        guard let value = self[key] else { return nil }
        let text = value.trimmed(where: \.isWhitespace)
        return text.isEmpty ? nil : text
    }

    /// The value of a boolean variable; false if it is unset.
    func flag(_ key: String) throws(AWSConfigurationError) -> Bool {
        guard let text = nonBlank(key) else { return false }
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: throw AWSConfigurationError(key: key, found: text, expected: "true or false")
        }
    }

    /// The value of a variable that holds a positive whole number; nil if it is unset.
    func positiveInteger(_ key: String) throws(AWSConfigurationError) -> Int? {
        guard let text = nonBlank(key) else { return nil }
        guard let number = Int(text), number > 0 else {
            throw AWSConfigurationError(key: key, found: text, expected: "a whole number from 1")
        }
        return number
    }
}

extension String {
    /// Without the characters at both ends that are blank.
    func trimmed(where isBlank: (Character) -> Bool) -> String {
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}
