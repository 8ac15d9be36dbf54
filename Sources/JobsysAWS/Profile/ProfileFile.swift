/// The sections of one shared configuration file, as they are in it.
///
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
struct ProfileFile: Sendable, Hashable {
    /// Which of the two files it is: their sections are named differently.
    enum Kind {
        /// `[default]`, `[profile name]`, `[sso-session name]` and `[services name]`.
        case config
        /// `[name]`, profiles only.
        case credentials
    }

    /// A section's settings by their names in lower case.
    typealias Section = [String: ProfileValue]

    var profiles: [String: Section] = [:]
    var sessions: [String: Section] = [:]
    var services: [String: Section] = [:]
}

/// A setting's value and where it stands.
struct ProfileValue: Sendable, Hashable, Redacted {
    /// The value; the lines that continue it follow after line breaks.
    var text: String

    /// The settings nested below one without a value of its own.
    var nested: [String: String] = [:]

    /// File and line, for error messages.
    let place: String
}

/// A named group of settings, merged from both shared files.
struct Profile: Sendable, Hashable {
    let name: String
    let section: ProfileFile.Section

    /// The value of a setting; nil if it is not there or empty.
    subscript(name: String) -> String? {
        guard let text = section[name]?.text, !text.isEmpty else { return nil }
        return text
    }
}
