public import Configuration

/// One environment variable: the only declaration of its name, meaning, default and syntax.
///
/// Reading (`config.value(for:)`), the check of all settings before the start, and `--help` come from it alike.
public struct Setting<Value: Sendable>: EnvironmentVariable {
    /// Its name, such as `SQS_QUEUE_URL`.
    public let key: String
    /// What it is for, in a few words and without a full stop.
    public let summary: String
    /// What may be written into it, as the end of a sentence.
    public let expected: String
    /// What holds if it is unset or blank.
    public let whenUnset: WhenUnset
    /// Whether the value never appears in a text.
    public let isSecret: Bool
    /// Whether a new value in the store of settings holds at once, without a new start.
    public private(set) var changesWhileRunning = false

    private let fallback: Value?
    private let parse: @Sendable (String) -> Value?

    /// Declares a variable.
    ///
    /// - Parameters:
    ///   - key: Its name, such as `SQS_QUEUE_URL`.
    ///   - summary: What it is for, in a few words and without a full stop.
    ///   - expected: What may be written into it, as the end of a sentence: "expected an http or https URL".
    ///   - defaultText: The value if it is unset, written as in the environment; `nil` makes it required.
    ///   - isSecret: Whether the value never appears in a text.
    ///   - parse: Makes a value of the text, whose surrounding white space is gone; `nil` if it is malformed.
    public init(
        _ key: String,
        summary: String,
        expected: String,
        default defaultText: String? = nil,
        isSecret: Bool = false,
        parse: @escaping @Sendable (String) -> Value?
    ) {
        let fallback = defaultText.map { text in
            guard let value = parse(text) else {
                preconditionFailure("\(key): the default is malformed, expected \(expected)")
            }
            return value
        }
        let whenUnset = defaultText.map(WhenUnset.defaultsTo) ?? .required
        self.init(
            key: key,
            summary: summary,
            expected: expected,
            whenUnset: whenUnset,
            isSecret: isSecret,
            fallback: fallback,
            parse: parse
        )
    }

    private init(
        key: String,
        summary: String,
        expected: String,
        whenUnset: WhenUnset,
        isSecret: Bool,
        fallback: Value?,
        parse: @escaping @Sendable (String) -> Value?
    ) {
        self.key = key
        self.summary = summary
        self.expected = expected
        self.whenUnset = whenUnset
        self.isSecret = isSecret
        self.fallback = fallback
        self.parse = parse
    }

    /// The same variable with `nil` for its value if it is unset.
    public var optional: Setting<Value?> {
        var optional = Setting<Value?>(
            key: key,
            summary: summary,
            expected: expected,
            whenUnset: .optional,
            isSecret: isSecret,
            fallback: .some(nil),
            parse: { [parse] text in parse(text).map(Optional.some) }
        )
        optional.changesWhileRunning = changesWhileRunning
        return optional
    }

    /// The same variable, of which a new value holds at once: see ``SettingChanges``.
    public var changing: Setting {
        var changing = self
        changing.changesWhileRunning = true
        return changing
    }

    /// What is wrong with it in this configuration, or `nil`.
    public func problem(in config: ConfigReader) -> ConfigurationError? {
        do throws(ConfigurationError) {
            _ = try config.value(for: self)
            return nil
        } catch {
            return error
        }
    }

    func value(of text: String?) throws(ConfigurationError) -> Value {
        let trimmed = text.map(Self.trim) ?? ""
        if trimmed.isEmpty {
            guard let fallback else { throw error(found: nil) }
            return fallback
        }
        guard let value = parse(trimmed) else { throw error(found: text) }
        return value
    }

    private func error(found: String?) -> ConfigurationError {
        ConfigurationError(key: key, found: found, expected: expected, isSecret: isSecret)
    }

    private static func trim(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}

extension ConfigReader {
    /// Reads a setting; blank counts as unset.
    ///
    /// Values are texts, also those of an in-memory provider.
    public func value<Value>(for setting: Setting<Value>) throws(ConfigurationError) -> Value {
        // A key of one component is the variable's name as it stands.
        try setting.value(of: string(forKey: ConfigKey([setting.key]), isSecret: setting.isSecret))
    }

    /// Checks all variables and throws what is wrong with them together.
    public func validate(_ variables: [any EnvironmentVariable]) throws(ConfigurationErrors) {
        let problems = variables.compactMap { $0.problem(in: self) }
        if !problems.isEmpty {
            throw ConfigurationErrors(problems)
        }
    }
}
