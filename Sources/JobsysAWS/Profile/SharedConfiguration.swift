/// The shared configuration and credentials files, read together, and the profile that is in use.
///
/// Reads `AWS_CONFIG_FILE` (`~/.aws/config`), `AWS_SHARED_CREDENTIALS_FILE` (`~/.aws/credentials`), `AWS_PROFILE`
/// (`default`) and `HOME`. A file that does not exist counts as empty. Where both files have a setting of a profile,
/// the credentials file wins.
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html
struct SharedConfiguration: Sendable, Hashable {
    /// The name of the profile in use.
    let profileName: String

    private let profiles: [String: ProfileFile.Section]
    private let sessions: [String: ProfileFile.Section]
    private let services: [String: ProfileFile.Section]

    /// Reads the files.
    ///
    /// - Throws: If a file is malformed or cannot be read, or if `AWS_PROFILE` names a profile that is in neither.
    init(environment: [String: String]) throws(AWSConfigurationError) {
        try self.init(
            config: Self.read(.config, "AWS_CONFIG_FILE", "config", environment),
            credentials: Self.read(.credentials, "AWS_SHARED_CREDENTIALS_FILE", "credentials", environment),
            profile: environment.nonBlank("AWS_PROFILE")
        )
    }

    /// Merges two files; `profile` is nil if nobody has chosen one.
    init(config: ProfileFile, credentials: ProfileFile, profile: String? = nil) throws(AWSConfigurationError) {
        profiles = config.profiles.merging(credentials.profiles) { $0.merging($1) { $1 } }
        (sessions, services) = (config.sessions, config.services)
        profileName = profile ?? "default"
        guard profile == nil || profiles[profileName] != nil else {
            throw AWSConfigurationError(
                key: "AWS_PROFILE",
                found: profile,
                expected: "a profile of the shared configuration or credentials file"
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
        _ environment: [String: String]
    ) throws(AWSConfigurationError) -> ProfileFile {
        let home = environment.nonBlank("HOME")
        guard var path = environment.nonBlank(variable) ?? home.map({ "\($0)/.aws/\(name)" }) else {
            return ProfileFile()
        }
        if let home, path.hasPrefix("~/") { path = home + path.dropFirst() }
        do {
            return try ProfileFileParser.parse(try LocalFile(path: path).bytes(), kind: kind, path: path)
        } catch let failure as LocalFile.Failure {
            if failure.isMissing { return ProfileFile() }
            throw AWSConfigurationError(key: path, found: "a file that \(failure)", expected: "a readable file")
        } catch let error as AWSConfigurationError {
            throw error
        } catch {
            throw AWSConfigurationError(key: path, found: "\(error)", expected: "a readable file")
        }
    }
}
