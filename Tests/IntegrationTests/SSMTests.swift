import JobsysAWS
import JobsysAWSAdapters
import JobsysJSON
import JobsysServiceRuntime
import Testing

/// Parameters against the emulator.
@Suite(.enabled(if: Emulator.endpoint != nil, "JOBSYS_TEST_ENDPOINT is not set"))
struct SSMTests {
    @Test("Parameters are read one by one, by their names and page by page below a path")
    func parameters() async throws {
        try await Emulator.withClient { client in
            let path = "/\(Emulator.uniqueName())"
            for number in 1...5 {
                try await client.perform(PutParameter(parameter: "\(path)/p\(number)", value: "v\(number)"))
            }
            let secret = PutParameter(parameter: "\(path)/deep/secret", value: "hush", type: "SecureString")
            try await client.perform(secret)

            let first = try #require(try await client.perform(SSM.GetParameter("\(path)/p1")))
            #expect(first.value == "v1" && first.kind == .string && first.version == 1)
            #expect(try await client.perform(SSM.GetParameter("\(path)/none")) == nil)
            let sealed = try await client.perform(SSM.GetParameter("\(path)/deep/secret"))
            let open = try await client.perform(SSM.GetParameter("\(path)/deep/secret", decrypted: true))
            #expect(sealed?.kind == .secureString && sealed?.value != "hush")
            #expect(open?.value == "hush")

            let some = try await client.perform(SSM.GetParameters(["\(path)/p2", "\(path)/none"]))
            #expect(some.parameters.map(\.value) == ["v2"])
            #expect(some.invalid == ["\(path)/none"])

            var values: [String] = []
            var pages = 0
            let below = SSM.GetParametersByPath(path: path, decrypted: true, maxResults: 2)
            for try await page in client.pages(of: below) {
                values += page.parameters.map(\.value)
                pages += 1
            }
            #expect(values.sorted() == ["hush", "v1", "v2", "v3", "v4", "v5"])
            #expect(pages >= 3)
            let flat = SSM.GetParametersByPath(path: path, recursive: false)
            #expect(try await client.perform(flat).parameters.count == 5)
        }
    }

    @Test("Settings are those directly below the stage's path, secure ones in clear, whatever their number")
    func settings() async throws {
        try await Emulator.withClient { client in
            let names = (1...12).map { "SETTING_\(Emulator.uniqueName())_\($0)" }
            for name in names {
                try await client.perform(PutParameter(parameter: "/jobsys/staging/\(name)", value: "of \(name)"))
            }
            let secret = "SECRET_\(Emulator.uniqueName())"
            try await client.perform(
                PutParameter(parameter: "/jobsys/staging/\(secret)", value: "hush", type: "SecureString")
            )
            try await client.perform(PutParameter(parameter: "/jobsys/staging/handlers/\(secret)", value: "deep"))
            try await client.perform(PutParameter(parameter: "/jobsys/prod/\(secret)", value: "of another stage"))

            let values = try await ParameterStore(client: client, stage: .staging).read()
            for name in names { #expect(values[name] == "of \(name)") }
            #expect(values[secret] == "hush")
            #expect(!values.keys.contains { $0.contains("/") })
        }
    }
}

private struct PutParameter: AWSOperation {
    static let service = AWSService.ssm
    static let name = "PutParameter"
    var parameter: String
    var value: String
    var type = "String"

    func encode(to writer: inout JSONWriter) {
        writer.value(["Name": .string(parameter), "Value": .string(value), "Type": .string(type)])
    }
}
