import FoundationEssentials

/// Where the tests find what they run: the emulator, the tools, and the executables under test.
struct TestEnvironment: Sendable {
    /// The emulator's URL.
    let endpoint: String
    /// The emulator's executable, for tests that need one of their own; the AWS CLI lies beside it.
    let ministack: String
    /// The folder of the executables.
    let binaries: String
    /// The dlq-handler, packed as a Lambda.
    let lambdaZip: String

    /// What `scripts/test` hands over; nil if something is missing.
    static let given: TestEnvironment? = {
        let variables = ProcessInfo.processInfo.environment
        guard let endpoint = variables["JOBSYS_TEST_ENDPOINT"], let ministack = variables["JOBSYS_MINISTACK"],
            let binaries = variables["JOBSYS_BIN"], let lambdaZip = variables["JOBSYS_LAMBDA_ZIP"]
        else { return nil }
        return TestEnvironment(endpoint: endpoint, ministack: ministack, binaries: binaries, lambdaZip: lambdaZip)
    }()

    /// What `scripts/test` hands over; the suites are disabled without it.
    static func required() throws -> TestEnvironment {
        guard let given else { throw HarnessError("the environment of scripts/test is missing") }
        return given
    }

    /// A program that lies beside the emulator, such as `aws`.
    func tool(_ name: String) -> String {
        let folder = ministack.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return (folder + [name[...]]).joined(separator: "/")
    }

    /// The repository's data plane.
    static var template: String {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
        return root.joined(separator: "/") + "/infra/cloudformation/data-plane.yaml"
    }
}

/// The harness cannot go on.
struct HarnessError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
