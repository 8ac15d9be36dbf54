import ArgumentParser
import FoundationEssentials
import HTTPTypes
import JobsysClient
import JobsysHTTP
import JobsysJSON
import Testing

@testable import jobctl

@Suite("The arguments of jobctl")
struct ArgumentTests {
    @Test(
        "that contradict each other are refused",
        arguments: [
            ["redrive"], ["redrive", "x", "--all"], ["redrive", "--all", "--payload", "1"],
            ["redrive", "x", "--dry-run"],
            ["redrive", "x", "--class", "SYSTEM"], ["redrive", "x", "--type", "t"],
            ["redrive", "--all", "--rate", "0"],
            ["list", "--limit", "0"], ["incidents", "--limit", "-1"], ["submit", "t"], ["show"],
            ["submit", "t", "--payload", "{"], ["submit", "t", "--payload", "@/no/such/file"],
            ["cancel", "x", "--url", "nowhere"], ["cancel", "x", "--output", "xml"],
            ["show", ""], ["show", " "], ["cancel", ".."], ["redrive", ""], ["redrive", "."],
            ["submit", "t", "--payload", "1", "--idempotency-key", ""],
            ["submit"], ["submit", "t", "--file", "f"], ["submit", "--file", "f", "--payload", "1"],
            ["submit", "--file", "f", "--wait"], ["submit", "--file", "f", "--max-attempts", "1"],
            ["submit", "--file", "f", "--run", ""], ["submit", "t", "--payload", "1", "--run", "r"],
            ["pause"], ["pause", ""], ["pause", ".."], ["resume"], ["limit", "t"], ["limit", "t", "--rate", "0"],
            ["limit", "t", "--rate", "fast"], ["limit", "--rate", "1"],
            ["keys", "create"], ["keys", "create", "--scopes", "admin", "--expires", "soon"], ["keys", "revoke"],
            ["keys", "revoke", "jobsys_dev_0123456789abcDEF_secret"], ["keys", "rotate", "x"],
            ["schedule", "set", "x", "--type", "t"], ["schedule", "set", "x", "--cron", "@daily"],
            ["schedule", "set", "x", "--type", "t", "--cron", "@daily", "--every", "1h"], ["schedule", "show"],
            ["schedule", "delete", ".."], ["schedule", "run", ""],
            ["show", "x", "--wait-seconds", "0"], ["list", "--retry-seconds", "-1"],
        ]
    )
    func refused(arguments: [String]) {
        #expect(throws: (any Error).self) { try Jobctl.parseAsRoot(arguments) }
    }

    @Test(
        "that go together are taken",
        arguments: [
            ["redrive", "x", "--payload", "null"], ["redrive", "--all"],
            ["redrive", "--all", "--class", "SYSTEM", "--since", "s", "--until", "u", "--type", "t", "--dry-run"],
            ["submit", "t", "--payload", "{}", "--wait", "--wait-seconds", "60"],
            ["submit", "--file", "f"], ["submit", "--file", "-", "--run", "r", "--output", "json"],
            ["list", "--status", "PENDING", "--output", "json"],
            ["workers", "--output", "table"], ["types"], ["pause", "t", "--reason", "why", "--by", "ada"],
            ["resume", "t"], ["limit", "t", "--rate", "5", "--concurrency", "none"],
            ["keys", "list"], ["keys", "create", "--scopes", "jobs:read,jobs:submit", "--expires", "30d"],
            ["keys", "rotate", "0123456789abcDEF", "--overlap", "0s"], ["keys", "revoke", "0123456789abcDEF"],
        ]
    )
    func taken(arguments: [String]) throws {
        _ = try Jobctl.parseAsRoot(arguments)
    }

    private func session(_ arguments: String...) throws -> SessionOptions {
        try #require(try Jobctl.parseAsRoot(["list"] + arguments) as? ListCommand).session
    }

    @Test(
        "and the environment say where the service is; a variable that is empty is not set",
        arguments: [
            ([], [:], "\(ServiceURL.local)"), ([], ["JOBSYS_URL": ""], "\(ServiceURL.local)"),
            ([], ["JOBSYS_URL": " "], "\(ServiceURL.local)"), ([], ["JOBSYS_URL": "https://a/b/"], "https://a/b"),
            (["--url", "http://c:1"], ["JOBSYS_URL": "https://a"], "http://c:1"),
        ] as [([String], [String: String], String)]
    )
    func url(arguments: [String], environment: [String: String], url: String) throws {
        let options = try #require(try Jobctl.parseAsRoot(["list"] + arguments) as? ListCommand).session
        #expect("\(try options.settings(environment).url)" == url)
    }

    private func transport(
        _ session: SessionOptions,
        _ environment: [String: String]
    ) throws -> CurlTransport.Configuration { try session.settings(environment).transport }

    @Test("and the environment say whom to trust and which proxy to use, as curl's do")
    func transport() throws {
        let file = #filePath
        let plain = try transport(session(), ["CURL_CA_BUNDLE": "", "http_proxy": ""])
        #expect(plain.caBundlePath == nil)
        #expect(plain.proxies == .none)
        #expect(try transport(session("--cacert", file), ["CURL_CA_BUNDLE": "/none"]).caBundlePath == file)
        let environment = ["CURL_CA_BUNDLE": file, "SSL_CERT_FILE": "/none", "https_proxy": "proxy:3128"]
        let configuration = try transport(session(), environment)
        #expect(configuration.caBundlePath == file)
        #expect(configuration.proxies == ProxySettings(https: Proxy(url: "proxy:3128")))
        #expect(try transport(session(), ["SSL_CERT_FILE": file]).caBundlePath == file)
        for (wrong, message) in [
            (["SSL_CERT_FILE": "/none"], "SSL_CERT_FILE: /none cannot be read: No such file or directory"),
            (["http_proxy": "ftp://x"], "http_proxy must be a URL such as"),
        ] {
            let error = try #require(throws: ValidationError.self) { try session().settings(wrong) }
            #expect(error.message.hasPrefix(message))
        }
    }

    @Test("have no place for a credential: the environment names it, or the file that has it")
    func credential() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "jobctl-\(UUID().uuidString)").path()
        try "\tfrom-file \r\n".write(toFile: file, atomically: false, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        for (environment, header) in [
            ([:], nil), (["JOBSYS_TOKEN": " "], nil), (["JOBSYS_TOKEN": " key\n"], "Bearer key"),
            (["JOBSYS_TOKEN_FILE": file], "Bearer from-file"),
            (["JOBSYS_TOKEN": "key", "JOBSYS_TOKEN_FILE": "/none"], "Bearer key"),
        ] as [([String: String], String?)] {
            #expect(try session().client(environment).headers[.authorization] == header)
        }
        for (environment, message) in [
            (["JOBSYS_TOKEN_FILE": "/none"], "JOBSYS_TOKEN_FILE: /none cannot be read"),
            (["JOBSYS_TOKEN": "two words"], "JOBSYS_TOKEN: expected a credential"),
            (["JOBSYS_TOKEN": "kéy"], "JOBSYS_TOKEN: expected a credential"),
            (["JOBSYS_TOKEN_FILE": #filePath], "JOBSYS_TOKEN_FILE: \(#filePath): expected a credential"),
        ] {
            let error = try #require(throws: ValidationError.self) { try session().client(environment) }
            #expect(error.message.hasPrefix(message))
            #expect(!error.message.contains("two words"))
        }
        #expect(throws: (any Error).self) { try Jobctl.parseAsRoot(["list", "--token", "x"]) }
    }

    @Test("take a payload from a file")
    func payload() throws {
        #expect(throws: ValidationError.self) { try JSONArgument("@/") }
        #expect(throws: ValidationError.self) { try JSONArgument("@\(#filePath)") }
        #expect(try JSONArgument("[1]").value == [1])
    }
}
