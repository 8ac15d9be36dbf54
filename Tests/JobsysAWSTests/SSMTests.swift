import JobsysAWS
import Testing

@Suite struct SSMTests {
    private static let member =
        #"{"Name":"/a/b","Type":"SecureString","Value":"secret","Version":3,"ARN":"arn","New":[]}"#
    private static let parameter = SSM.Parameter(
        name: "/a/b",
        kind: .secureString,
        value: "secret",
        version: 3,
        arn: "arn"
    )

    @Test("A parameter is read, over JSON 1.1")
    func get() async throws {
        let fixture = Fixture([.response(200, [:], #"{"Parameter":\#(Self.member)}"#)])
        #expect(try await fixture.client.perform(SSM.GetParameter("/a/b", decrypted: true)) == Self.parameter)
        #expect(fixture.transport.sent.first?.url == "https://ssm.eu-central-1.amazonaws.com/")
        #expect(fixture.transport.sent.first?.field("x-amzn-query-mode") == nil)
        try expectSent(fixture, "AmazonSSM.GetParameter", #"{"Name":"/a/b","WithDecryption":true}"#)
    }

    @Test("A parameter that is not there is nil", arguments: ["ParameterNotFound", "ParameterVersionNotFound"])
    func none(code: String) async throws {
        #expect(try await Fixture([.error(400, code)]).client.perform(SSM.GetParameter("/a")) == nil)
        #expect(try await Fixture([.error(400, "InvalidKeyId")]).failure(of: SSM.GetParameter("/a")) != nil)
    }

    @Test("Several parameters come with the names that there are none under")
    func several() async throws {
        let answer = #"{"Parameters":[\#(Self.member)],"InvalidParameters":["/x"]}"#
        let output = try await Fixture([.response(200, [:], answer)]).client.perform(SSM.GetParameters(["/a/b", "/x"]))
        #expect(output == .init(parameters: [Self.parameter], invalid: ["/x"]))
    }

    @Test("Below a path all pages are read, also after an empty one")
    func pages() async throws {
        let fixture = Fixture([
            .response(200, [:], #"{"Parameters":[],"NextToken":"t"}"#),
            .response(200, [:], #"{"Parameters":[\#(Self.member)],"NextToken":null}"#),
        ])
        var found: [SSM.Parameter] = []
        for try await page in fixture.client.pages(of: SSM.GetParametersByPath(path: "/a")) {
            found += page.parameters
        }
        #expect(found == [Self.parameter])
        #expect(fixture.transport.sent.last?.text == #"{"Path":"/a","Recursive":true,"NextToken":"t"}"#)
    }

    @Test("A parameter's description never holds its value")
    func description() {
        #expect("\(Self.parameter)" == "/a/b:3")
        #expect(String(reflecting: [Self.parameter]) == "[/a/b:3]")
    }

    @Test("An answer without a member that it must have names it", arguments: ["{}", #"{"Parameter":{"Name":"/a"}}"#])
    func missing(answer: String) async throws {
        let fixture = Fixture([.response(200, [:], answer)])
        let error = try #require(try await fixture.failure(of: SSM.GetParameter("/a")))
        #expect(error.kind == .malformedResponse)
        #expect(error.message.contains(answer == "{}" ? "Parameter" : "Value"))
    }
}
