import FoundationEssentials
import Glibc

/// A profile of the configuration file of clients: a service, and what it is shown.
///
/// ```ini
/// [default]
/// url = http://127.0.0.1:8080
///
/// [prod]
/// url = https://jobs.example.com
/// token-file = ~/.config/jobsys/prod.key
/// cacert = /etc/ssl/ours.pem
/// ```
///
/// `token` may have the credential itself, in a file that nobody else may read.
package struct ClientProfile: Sendable {
    /// What it is called.
    package let name: String
    /// Where the service is; nil if the profile does not say.
    package private(set) var url: ServiceURL?
    /// What the service is shown; nil for nothing.
    package private(set) var credential: Credential?
    /// The authorities to trust: which setting says so, and the path of a PEM file; nil for the system's.
    package private(set) var caBundle: (source: String, path: String)?

    /// The profile that is in use without a name.
    package static let defaultName = "default"

    /// Reads a profile from the file that `JOBSYS_CONFIG_FILE` names, from `$XDG_CONFIG_HOME/jobsys/config` or from
    /// `~/.config/jobsys/config`.
    ///
    /// What other profiles have is not looked at. It is nil if no profile is named, and there is no default one.
    ///
    /// Source: XDG Base Directory Specification, 0.8.
    ///
    /// - Parameters:
    ///   - named: Its name, and who named it; nil for the default one, which may be missing.
    ///   - environment: The variables.
    /// - Throws: ``ClientSettingError`` for a profile that is not there, a file that cannot be read and a setting that is wrong.
    package init?(
        named: (source: String, name: String)?,
        environment: [String: String]
    ) throws(ClientSettingError) {
        name = named?.name ?? Self.defaultName
        let home = environment.setting("HOME")
        let chosen = environment.setting("JOBSYS_CONFIG_FILE")
        let folder = environment.setting("XDG_CONFIG_HOME") ?? home.map { "\($0)/.config" }
        let path = chosen.map { Self.expand($0, home) } ?? folder.map { "\($0)/jobsys/config" }
        let text = try path.map { path throws(ClientSettingError) in try Self.text(of: path, mustExist: chosen != nil) }
        guard let path, let lines = try Self.lines(of: name, in: (text ?? nil) ?? "", path) else {
            guard let named else { return nil }
            let file = path.map { " in \($0)" } ?? ": there is no file, as HOME is not set"
            throw ClientSettingError(description: "\(named.source): there is no profile \(named.name)\(file)")
        }
        for line in lines { try read(line, of: path, home) }
    }

    private mutating func read(_ line: Line, of path: String, _ home: String?) throws(ClientSettingError) {
        let place = "\(path):\(line.number): \(line.key)"
        switch line.key {
        case "url":
            guard let url = ServiceURL(argument: line.value) else {
                throw ClientSettingError(
                    description: "\(place): found \"\(line.value)\", expected an http or https URL without a query"
                )
            }
            self.url = url
        case "token", "token-file":
            guard credential == nil else {
                throw ClientSettingError(description: "\(place): a profile has a token or a token-file, not both")
            }
            if line.key == "token" {
                try Self.checkOwnersAlone(path, place)
                credential = try Credential(line.value, of: place)
            } else {
                credential = try Credential(file: Self.expand(line.value, home), of: place)
            }
        case "cacert": caBundle = (place, Self.expand(line.value, home))
        default:
            throw ClientSettingError(
                description: "\(place): there is no such setting; there are url, token-file, token and cacert"
            )
        }
    }

    private struct Line {
        let number: Int
        let key: String
        let value: String
    }

    /// The settings of a section; nil if there is none of that name.
    private static func lines(
        of name: String,
        in text: String,
        _ path: String
    ) throws(ClientSettingError) -> [Line]? {
        var lines: [Line]?
        var isInside = false
        for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = String(raw).trimmed
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
            if line.hasPrefix("["), line.hasSuffix("]") {
                isInside = String(line.dropFirst().dropLast()).trimmed == name
                if isInside, lines == nil { lines = [] }
            } else if isInside {
                let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    .map { String($0).trimmed }
                guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                    // What is there may be a secret in the wrong place.
                    throw ClientSettingError(
                        description: "\(path):\(index + 1): expected a setting, such as url = https://…"
                    )
                }
                lines?.append(Line(number: index + 1, key: parts[0], value: parts[1]))
            }
        }
        return lines
    }

    /// The file's text; nil if there is none.
    private static func text(of path: String, mustExist: Bool) throws(ClientSettingError) -> String? {
        guard unsafe access(path, F_OK) == 0 || mustExist else { return nil }
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw ClientSettingError(description: "\(path) cannot be read as text")
        }
    }

    private static func checkOwnersAlone(_ path: String, _ place: String) throws(ClientSettingError) {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & 0o077 != 0 else { return }
        throw ClientSettingError(
            description: "\(place): others may read the file: chmod 600 \(path), or use token-file"
        )
    }

    private static func expand(_ path: String, _ home: String?) -> String {
        guard let home, path.hasPrefix("~/") else { return path }
        return home + path.dropFirst()
    }
}
