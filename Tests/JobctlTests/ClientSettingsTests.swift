import Foundation
import HTTPTypes
import JobsysClient
import Testing

@Suite("Where the service is, and what it is shown,", .timeLimit(.minutes(1)))
final class ClientSettingsTests {
    private let home = FileManager.default.temporaryDirectory.appending(path: "home-\(UUID().uuidString)").path()

    init() throws {
        try FileManager.default.createDirectory(atPath: "\(home)/.config/jobsys", withIntermediateDirectories: true)
        try write("dev-token\n", to: "dev.key")
        try write("prod-token\n", to: "prod.key")
    }

    deinit { try? FileManager.default.removeItem(atPath: home) }

    private func write(_ text: String, to name: String, permissions: Int = 0o644) throws {
        let path = "\(home)/.config/jobsys/\(name)"
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
    }

    private static let profiles = """
        ; what is on this machine
        [default]
        url = http://127.0.0.1:9090/
        token-file = ~/.config/jobsys/dev.key

          [ prod ]
        url=https://jobs.example.com
        \ttoken-file =~/.config/jobsys/prod.key
        # nothing behind a value is a comment
        [bare]
        [next-version]
        colour = green
        """

    private struct Case {
        var url: String?
        var profile: String?
        var environment: [String: String] = [:]
        var expected: (String, String?)
    }

    @Test("is what the caller says, else the profile that the caller names, else the environment, else another profile")
    func order() throws {
        try write(Self.profiles, to: "config")
        let cases = [
            Case(expected: ("http://127.0.0.1:9090", "Bearer dev-token")),
            Case(profile: "prod", expected: ("https://jobs.example.com", "Bearer prod-token")),
            Case(environment: ["JOBSYS_PROFILE": "prod"], expected: ("https://jobs.example.com", "Bearer prod-token")),
            Case(
                profile: "prod",
                environment: ["JOBSYS_PROFILE": "default"],
                expected: ("https://jobs.example.com", "Bearer prod-token")
            ),
            Case(environment: ["JOBSYS_TOKEN": "t"], expected: ("http://127.0.0.1:9090", "Bearer t")),
            Case(
                profile: "prod",
                environment: ["JOBSYS_URL": "http://a", "JOBSYS_TOKEN": "t"],
                expected: ("https://jobs.example.com", "Bearer prod-token")
            ),
            Case(
                profile: "bare",
                environment: ["JOBSYS_URL": "http://a", "JOBSYS_TOKEN": "t"],
                expected: ("http://a", "Bearer t")
            ),
            Case(profile: "bare", expected: ("http://127.0.0.1:8080", nil)),
            // The credential of one service is never shown to another.
            Case(environment: ["JOBSYS_URL": "http://a"], expected: ("http://a", nil)),
            Case(
                environment: ["JOBSYS_URL": "http://127.0.0.1:9090"],
                expected: ("http://127.0.0.1:9090", "Bearer dev-token")
            ),
            Case(url: "https://b", profile: "prod", expected: ("https://b", nil)),
            Case(url: "https://b", environment: ["JOBSYS_TOKEN": "t"], expected: ("https://b", "Bearer t")),
        ]
        for row in cases {
            let settings = try settings(row)
            #expect("\(settings.url)" == row.expected.0, "\(row)")
            #expect(settings.credential?.headers[.authorization] == row.expected.1, "\(row)")
        }
    }

    @Test("is nothing special without a file, and a file may be elsewhere")
    func places() throws {
        #expect("\(try settings(Case(expected: ("", nil))).url)" == "http://127.0.0.1:8080")
        #expect("\(try ClientSettings(userAgent: "t", environment: [:]).url)" == "http://127.0.0.1:8080")
        try FileManager.default.createDirectory(atPath: "\(home)/xdg/jobsys", withIntermediateDirectories: true)
        try "[default]\nurl = http://x".write(toFile: "\(home)/xdg/jobsys/config", atomically: false, encoding: .utf8)
        try write("[default]\nurl = http://y", to: "mine")
        let xdg = ["XDG_CONFIG_HOME": "\(home)/xdg"]
        #expect("\(try settings(Case(environment: xdg, expected: ("", nil))).url)" == "http://x")
        let both = xdg.merging(["JOBSYS_CONFIG_FILE": "~/.config/jobsys/mine"]) { $1 }
        #expect("\(try settings(Case(environment: both, expected: ("", nil))).url)" == "http://y")
    }

    @Test("can be wrong: the profile, the line and what was expected are told, and no credential")
    func problems() throws {
        try write(Self.profiles, to: "config")
        let path = "\(home)/.config/jobsys/config"
        try expect("--profile: there is no profile staging in \(path)", profile: "staging")
        try expect("\(path):12: colour: there is no such setting; there are url", profile: "next-version")
        try expect("JOBSYS_PROFILE: there is no profile x in \(path)", environment: ["JOBSYS_PROFILE": "x"])
        try expect("/none cannot be read as text", environment: ["JOBSYS_CONFIG_FILE": "/none"])
        for (text, problem) in [
            ("[default]\nurl = ftp://x", "\(path):2: url: found \"ftp://x\", expected an http or https URL"),
            ("[default]\nsecret-word", "\(path):2: expected a setting, such as url"),
            ("[default]\ntoken-file = /none", "\(path):2: token-file: /none cannot be read"),
            ("[default]\ntoken = secret-word", "\(path):2: token: others may read the file: chmod 600 \(path)"),
        ] {
            try write(text, to: "config")
            try expect(problem)
        }
        try write("[default]\nurl = http://a\ntoken = secret-word", to: "config", permissions: 0o600)
        #expect(try settings(Case(expected: ("", nil))).credential?.headers[.authorization] == "Bearer secret-word")
        try write("[default]\ntoken = a\ntoken-file = ~/.config/jobsys/dev.key", to: "config", permissions: 0o600)
        try expect("\(path):3: token-file: a profile has a token or a token-file, not both")
    }

    private func expect(_ problem: String, profile: String? = nil, environment: [String: String] = [:]) throws {
        let error = try #require(throws: ClientSettingError.self) {
            try settings(Case(profile: profile, environment: environment, expected: ("", nil)))
        }
        #expect(error.description.hasPrefix(problem))
        #expect(!error.description.contains("secret-word"))
    }

    private func settings(_ row: Case) throws -> ClientSettings {
        try ClientSettings(
            userAgent: "test",
            url: row.url.flatMap(ServiceURL.init(argument:)),
            profile: row.profile.map { (source: "--profile", name: $0) },
            environment: ["HOME": home].merging(row.environment) { $1 }
        )
    }
}
