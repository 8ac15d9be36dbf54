import JobsysSigV4
import Testing

@testable import JobsysAWS

@Suite struct RedactedTests {
    @Test("Nothing that holds a secret shows it, however it is printed")
    func descriptions() throws {
        let text = "[default]\naws_access_key_id = AK\naws_secret_access_key = TOPSECRET\ns =\n  x = TOPSECRET"
        let file = try ProfileFileParser.parse(Array(text.utf8), kind: .credentials, path: "f")
        let shared = try SharedConfiguration(config: ProfileFile(), credentials: file)
        let environment = ["AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "TOPSECRET"]
        let settings = AWSSettings(environment: environment, shared: shared)
        let transport = ScriptedTransport([.response(500)])
        let runtime = AWSRuntime()
        let webIdentity = STS.AssumeRoleWithWebIdentity(roleARN: "R", sessionName: "s", token: "TOPSECRET")
        let key = AWSCredentials(accessKeyID: "AK", secretAccessKey: "TOPSECRET")
        let values: [Any] = [
            file, shared, settings, webIdentity, webIdentity.content(), StaticCredentials(key),
            try #require(try ProfileSource(shared)), CredentialsCache(StaticCredentials(key)),
            CredentialsCaller(settings: settings, transport: transport, runtime: runtime),
            CredentialsChain.standard(environment: environment, region: "r", transport: transport, runtime: runtime),
            SSO.GetRoleCredentials(roleName: "r", accountID: "1", accessToken: "TOPSECRET"),
            SSO.CreateToken(clientID: "c", clientSecret: "TOPSECRET", refreshToken: "TOPSECRET"),
            ProcessCredentials(command: "x", environment: environment),
        ]
        for value in values {
            var dumped = ""
            dump(value, to: &dumped)
            #expect(!"\(value)\(String(reflecting: value))\(dumped)".contains("TOPSECRET"))
        }
    }
}
