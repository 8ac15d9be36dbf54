/// Reads shared configuration files line by line.
///
/// It follows the rules that AWS's newer SDKs share: names of settings are case-insensitive; a section or a setting
/// that comes again is merged or replaces; `#` and `;` begin a comment at the start of a line and, after white space,
/// within one; an indented line continues the setting above it, or nests a setting below one without a value.
/// `[profile default]` goes before `[default]`. Sections with other names are read over. Errors name file and line,
/// never what stands there: it may be a secret.
struct ProfileFileParser {
    private enum Target: Hashable {
        case profile(String)
        case session(String)
        case services(String)
        case unknown
    }

    private let path: String
    private let kind: ProfileFile.Kind
    private var line = 0
    private var sections: [Target: ProfileFile.Section] = [:]
    private var plainDefault: ProfileFile.Section = [:]
    private var isPlainDefault = false
    private var target: Target?
    private var setting: String?

    private init(path: String, kind: ProfileFile.Kind) {
        (self.path, self.kind) = (path, kind)
    }

    /// Reads a whole file; `path` is for error messages.
    static func parse(
        _ bytes: [UInt8],
        kind: ProfileFile.Kind,
        path: String
    ) throws(AWSConfigurationError) -> ProfileFile {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw AWSConfigurationError(key: path, found: "bytes that are not UTF-8", expected: "a UTF-8 text")
        }
        var parser = ProfileFileParser(path: path, kind: kind)
        let content =
            text.unicodeScalars.first == "\u{FEFF}" ? text.unicodeScalars.dropFirst() : text.unicodeScalars[...]
        for line in content.split(separator: "\n", omittingEmptySubsequences: false) {
            try parser.read(line.last == "\r" ? line.dropLast() : line)
        }
        return parser.file()
    }

    private mutating func read(_ text: Substring.UnicodeScalarView) throws(AWSConfigurationError) {
        line += 1
        guard text.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F || $0 == "\t" }) else {
            throw failure("a control character", expected: "text")
        }
        let trimmed = Substring(text).trimmedBlanks
        guard let first = text.first, !trimmed.isEmpty, first != "#", first != ";" else { return }
        if first == "[" {
            try open(trimmed)
        } else if first == " " || first == "\t" {
            try continueSetting(trimmed)
        } else {
            let (name, value) = try parse(trimmed)
            guard target != nil else {
                throw failure("a setting before the first section", expected: "a section such as [default]")
            }
            store(ProfileValue(text: value, place: place), as: name)
            setting = name
        }
    }

    private mutating func open(_ text: Substring) throws(AWSConfigurationError) {
        let header = text.droppingComment(needsBlank: false)
        guard header.last == "]", let name = Optional(header.dropFirst().dropLast().trimmedBlanks), !name.isEmpty else {
            throw failure("a section without a name or ]", expected: "a section such as [default] or [profile name]")
        }
        isPlainDefault = kind == .config && name == "default"
        setting = nil
        let target = target(named: name)
        self.target = target
        if !isPlainDefault, sections[target] == nil { sections[target] = [:] }
    }

    private func target(named name: Substring) -> Target {
        let split = name.firstIndex { $0 == " " || $0 == "\t" }
        let prefix = split.map { name[..<$0] }
        let rest = split.map { name[$0...].trimmedBlanks.unquoted } ?? ""
        switch (kind, prefix) {
        case (.config, "profile") where Self.isName(rest): return .profile(String(rest))
        case (.config, "sso-session") where Self.isName(rest): return .session(String(rest))
        case (.config, "services") where Self.isName(rest): return .services(String(rest))
        case (.config, nil) where name == "default": return .profile("default")
        case (.credentials, "profile"), (.credentials, "sso-session"), (.credentials, "services"): return .unknown
        case (.credentials, _) where Self.isName(name): return .profile(String(name))
        default: return .unknown
        }
    }

    private static func isName(_ text: Substring) -> Bool {
        !text.isEmpty && !text.contains { $0 == "[" || $0 == "]" }
    }

    private mutating func continueSetting(_ text: Substring) throws(AWSConfigurationError) {
        guard let setting, var value = stored(setting) else {
            throw failure("an indented line that continues nothing", expected: "a setting that begins its line")
        }
        if value.text.isEmpty {
            guard text.first != "#", text.first != ";" else { return }
            let (name, nested) = try parse(text)
            value.nested[name] = nested
        } else {
            value.text += "\n" + text
        }
        store(value, as: setting)
    }

    private func parse(_ text: Substring) throws(AWSConfigurationError) -> (name: String, value: String) {
        let text = text.droppingComment(needsBlank: true)
        guard let equals = text.firstIndex(of: "=") else {
            throw failure("a line without =", expected: "a setting such as region = eu-central-1")
        }
        let name = text[..<equals].trimmedBlanks
        guard !name.isEmpty else {
            throw failure("a setting without a name", expected: "a setting such as region = eu-central-1")
        }
        return (name.lowercased(), String(text[text.index(after: equals)...].trimmedBlanks))
    }

    private func stored(_ name: String) -> ProfileValue? {
        isPlainDefault ? plainDefault[name] : target.flatMap { sections[$0]?[name] }
    }

    private mutating func store(_ value: ProfileValue, as name: String) {
        if isPlainDefault {
            plainDefault[name] = value
        } else if let target {
            sections[target]?[name] = value
        }
    }

    private func file() -> ProfileFile {
        var file = ProfileFile()
        for (target, section) in sections {
            switch target {
            case .profile(let name): file.profiles[name] = section
            case .session(let name): file.sessions[name] = section
            case .services(let name): file.services[name] = section
            case .unknown: break
            }
        }
        if !plainDefault.isEmpty, file.profiles["default"] == nil { file.profiles["default"] = plainDefault }
        return file
    }

    private var place: String { "\(path):\(line)" }

    private func failure(_ found: String, expected: String) -> AWSConfigurationError {
        AWSConfigurationError(key: place, found: found, expected: expected)
    }
}

extension Substring {
    /// Without blanks and tabs around it; other white space is content in these files.
    fileprivate var trimmedBlanks: Substring {
        guard let first = firstIndex(where: { $0 != " " && $0 != "\t" }),
            let last = lastIndex(where: { $0 != " " && $0 != "\t" })
        else { return "" }
        return self[first...last]
    }

    /// Up to a comment sign, which may have to stand at the start or after white space.
    fileprivate func droppingComment(needsBlank: Bool) -> Substring {
        var isAfterBlank = true
        for index in indices {
            let character = self[index]
            if character == "#" || character == ";", isAfterBlank || !needsBlank { return self[..<index].trimmedBlanks }
            isAfterBlank = character == " " || character == "\t"
        }
        return self
    }

    /// Without the quotation marks around it, as the AWS CLI writes names with spaces.
    fileprivate var unquoted: Substring {
        guard count >= 2, let mark = first, mark == last, mark == "\"" || mark == "'" else { return self }
        return dropFirst().dropLast()
    }
}
