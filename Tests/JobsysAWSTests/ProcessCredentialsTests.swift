import JobsysSigV4
import Testing

@testable import JobsysAWS

@Suite struct ProcessCredentialsTests {
    private func provider(_ script: String, timeout: Duration = .seconds(30)) -> ProcessCredentials {
        let environment = ["PATH": "/usr/bin:/bin", "GREETING": "HELLO"]
        return ProcessCredentials(command: "sh -c '\(script)'", environment: environment, timeout: timeout)
    }

    private func failure(of provider: ProcessCredentials) async throws -> CredentialsError? {
        do {
            _ = try await provider.credentials()
            return nil
        } catch let error as CredentialsError {
            return error
        }
    }

    @Test("The program's document is read; it gets the environment and nothing to read")
    func success() async throws {
        let document = #"{"Version":1,"AccessKeyId":"AK","SecretAccessKey":"%s","SessionToken":"T"}"#
        let script =
            #"cat; printf "\#(document.split(separator: "\"").joined(separator: "\\\""))" $GREETING; echo noise >&2"#
        let credentials = try await provider(script).credentials()
        #expect(credentials == AWSCredentials(accessKeyID: "AK", secretAccessKey: "HELLO", sessionToken: "T"))
    }

    @Test("A program that fails is quoted in one line, without secrets")
    func failingProgram() async throws {
        let error = try await failure(of: provider("echo no luck >&2; echo password=TOPSECRET >&2; exit 3"))
        #expect(error?.code == .refused)
        #expect(error?.description == "credential process: sh ended with status 3: no luck password=[redacted]")
        let killed = try await failure(of: provider("kill -9 $$"))
        #expect(killed?.description == "credential process: sh ended with signal 9: ")
    }

    @Test(
        "A document that is not whole is refused without quoting it",
        arguments: [
            "", "TOPSECRET", #"{"AccessKeyId":"AK","SecretAccessKey":"TOPSECRET"}"#,
            #"{"Version":2,"AccessKeyId":"AK","SecretAccessKey":"TOPSECRET"}"#,
            #"{"Version":1,"AccessKeyId":"AK"}"#,
            #"{"Version":1,"AccessKeyId":"AK","SecretAccessKey":"TOPSECRET","Expiration":"TOPSECRET"}"#,
        ]
    )
    func badDocument(text: String) {
        let error = #expect(throws: CredentialsError.self) {
            try CredentialsDocument(processOutput: Array(text.utf8), provider: "p")
        }
        #expect(error?.code == .unreadable && error?.description.contains("TOPSECRET") == false)
    }

    @Test("A program that takes too long is ended with all that it has started")
    func timeout() async throws {
        #expect(try await failure(of: provider("sleep 1000 & wait", timeout: .milliseconds(1)))?.code == .unavailable)
        // It has closed its output and goes on.
        let silent = provider("exec >&- 2>&-; sleep 1000", timeout: .milliseconds(50))
        #expect(try await failure(of: silent)?.code == .unavailable)
    }

    @Test("A program that writes without end is ended")
    func endless() async throws {
        #expect(try await failure(of: provider("yes"))?.code == .unreadable)
        #expect(
            try await failure(of: provider("yes >&2 & sleep 1000", timeout: .milliseconds(50)))?.code == .unavailable
        )
    }

    @Test("A caller that is cancelled ends the program")
    func cancellation() async {
        let provider = provider("sleep 1000")
        let task = Task { try await provider.credentials() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("A command that cannot be run is refused", arguments: ["", "  ", "\"a", "/nowhere/at/all x"])
    func misconfigured(command: String) async throws {
        let provider = ProcessCredentials(command: command, environment: [:])
        #expect(try await failure(of: provider)?.code == .misconfigured)
    }

    @Test(
        "A command is split as a shell would, and nothing in it is expanded",
        arguments: [
            ("a b  c", ["a", "b", "c"]), (" a\t'b c' \"d e\"f ", ["a", "b c", "d ef"]), ("a\\ b ''", ["a b", ""]),
            (#""a\"b\\c\d" 'e\f'"#, [#"a"b\c\d"#, #"e\f"#]), ("$HOME `x` *;|", ["$HOME", "`x`", "*;|"]),
            ("'a", nil), ("a\\", nil), ("", []),
        ] as [(String, [String]?)]
    )
    func words(command: String, expected: [String]?) {
        #expect([String](command: command) == expected)
    }
}
