/// The shared configuration and credentials files, read together, and the profile that is in use.
///
/// Reads `AWS_CONFIG_FILE` (`~/.aws/config`), `AWS_SHARED_CREDENTIALS_FILE` (`~/.aws/credentials`), `AWS_PROFILE`
/// (`default`) and `HOME`. A file that does not exist counts as empty, and so does one in the home that cannot be read,
/// unless a variable names it: many services run under a user whose home is another's. Where both files have a setting of
/// a profile, the credentials file wins.
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html
struct SharedConfiguration: Sendable, Hashable {
    /// The name of the profile in use.
    let profileName: String

    /// What goes behind a message that something is not configured: the files in the home that could not be read.
    let unreadableNote: String

    private let profiles: [String: ProfileFile.Section]
    private let sessions: [String: ProfileFile.Section]
    private let services: [String: ProfileFile.Section]

    /// Reads the files.
    ///
    /// - Throws: If a file is malformed, if one that a variable names cannot be read, or if `AWS_PROFILE` names a profile that is in neither.
    init(environment: [String: String]) throws(AWSConfigurationError) {
        var unreadable: [String] = []
        try self.init(
            config: Self.read(.config, "AWS_CONFIG_FILE", "config", environment, &unreadable),
            credentials: Self.read(
                .credentials,
                "AWS_SHARED_CREDENTIALS_FILE",
                "credentials",
                environment,
                &unreadable
            ),
            profile: environment.nonBlank("AWS_PROFILE"),
            unreadable: unreadable
        )
    }

    /// Merges two files; `profile` is nil if nobody has chosen one.
    init(
        config: ProfileFile,
        credentials: ProfileFile,
        profile: String? = nil,
        unreadable: [String] = []
    ) throws(AWSConfigurationError) {
        unreadableNote = unreadable.map { "; \($0)" }.joined()
        profiles = config.profiles.merging(credentials.profiles) { $0.merging($1) { $1 } }
        (sessions, services) = (config.sessions, config.services)
        profileName = profile ?? "default"
        guard profile == nil || profiles[profileName] != nil else {
            throw AWSConfigurationError(
                key: "AWS_PROFILE",
                found: profile,
                expected: "a profile of the shared configuration or credentials file" + unreadableNote
            )
        }
    }

    /// The profile in use; nil if there is none, which only the default one may be.
    var profile: Profile? { profile(named: profileName) }

    /// A profile; nil if no file has it.
    func profile(named name: String) -> Profile? {
        profiles[name].map { Profile(name: name, section: $0) }
    }

    /// The section `[sso-session name]`.
    func session(named name: String) -> ProfileFile.Section? { sessions[name] }

    /// The section `[services name]`.
    func services(named name: String) -> ProfileFile.Section? { services[name] }

    private static func read(
        _ kind: ProfileFile.Kind,
        _ variable: String,
        _ name: String,
        _ environment: [String: String],
        _ unreadable: inout [String]
    ) throws(AWSConfigurationError) -> ProfileFile {
        let home = environment.nonBlank("HOME")
        let named = environment.nonBlank(variable)
        guard var path = named ?? home.map({ "\($0)/.aws/\(name)" }) else { return ProfileFile() }
        if let home, path.hasPrefix("~/") { path = home + path.dropFirst() }
        let bytes: [UInt8]
        do throws(LocalFile.Failure) {
            bytes = try LocalFile(path: path).bytes()
        } catch {
            if error.isMissing { return ProfileFile() }
            guard named == nil else {
                throw AWSConfigurationError(key: path, found: "a file that \(error)", expected: "a readable file")
            }
            unreadable.append("\(path) \(error)")
            return ProfileFile()
        }
        return try ProfileFileParser.parse(bytes, kind: kind, path: path)
    }
}
