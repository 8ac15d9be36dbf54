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
