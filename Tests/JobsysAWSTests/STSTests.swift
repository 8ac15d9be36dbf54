import FoundationEssentials
import JobsysSigV4
import Testing

@testable import JobsysAWS

@Suite struct STSTests {
    static func credentials(of operation: String) -> String {
        """
        <\(operation)Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><\(operation)Result><Credentials>\
        <AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>S&amp;K</SecretAccessKey><SessionToken>T==</SessionToken>\
        <Expiration>2026-01-01T01:00:00Z</Expiration></Credentials></\(operation)Result></\(operation)Response>
        """
    }

    static let expected = AWSCredentials(
        accessKeyID: "ASIA",
        secretAccessKey: "S&K",
        sessionToken: "T==",
        expiration: Fixture.epoch + 3600
    )

    @Test("A role is asked for with a signed form, and its credentials are read from XML")
    func assumeRole() async throws {
        let fixture = Fixture([.response(200, [:], Self.credentials(of: "AssumeRole"))])
        let operation = STS.AssumeRole(
            roleARN: "arn:aws:iam::123456789012:role/r",
            sessionName: "s@x",
            externalID: "a b",
            duration: .seconds(900)
        )
        #expect(try await fixture.client.perform(operation) == Self.expected)
        let sent = try #require(fixture.transport.sent.first)
        #expect(sent.url == "https://sts.eu-central-1.amazonaws.com/")
        #expect(sent.field("content-type") == "application/x-www-form-urlencoded; charset=utf-8")
        #expect(sent.field("authorization")?.contains("/eu-central-1/sts/aws4_request") == true)
        #expect(
            sent.text == "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fr"
                + "&RoleSessionName=s%40x&ExternalId=a%20b&DurationSeconds=900"
        )
    }

    @Test("A web identity is exchanged unsigned, without credentials, and again if its provider was out of reach")
    func webIdentity() async throws {
        let error = "<ErrorResponse><Error><Code>IDPCommunicationError</Code></Error></ErrorResponse>"
        let fixture = Fixture(
            [
                .response(400, [:], error),
                .response(200, [:], Self.credentials(of: "AssumeRoleWithWebIdentity")),
            ],
            credentials: CredentialsChain([])
        )
        let operation = STS.AssumeRoleWithWebIdentity(roleARN: "r", sessionName: "s", token: "t.o.k")
        #expect(try await fixture.client.perform(operation) == Self.expected)
        #expect(fixture.transport.sent.count == 2)
        #expect(fixture.transport.sent.allSatisfy { $0.field("authorization") == nil })
        #expect(fixture.transport.sent.last?.text.hasSuffix("&WebIdentityToken=t.o.k") == true)
    }

    @Test("The caller's identity is read")
    func callerIdentity() async throws {
        let answer = """
            <GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:x</Arn><UserId>U</UserId><Account>1</Account>\
            </GetCallerIdentityResult></GetCallerIdentityResponse>
            """
        let fixture = Fixture([.response(200, [:], answer)])
        let identity = try await fixture.client.perform(STS.GetCallerIdentity())
        #expect([identity.account, identity.arn, identity.userID] == ["1", "arn:x", "U"])
    }

    @Test("An error's code, message and request id are read from XML; what is not XML leaves the status")
    func errors() async throws {
        let answer = """
            <ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no &amp; no</Message></Error>\
            <RequestId>r</RequestId></ErrorResponse>
            """
        let refused = Fixture([.response(403, ["x-amzn-requestid": "r"], answer)])
        let error = try await refused.failure(of: STS.GetCallerIdentity())
        #expect(error?.code == "AccessDenied" && error?.message == "no & no" && error?.requestID == "r")
        let html = Fixture([.response(403, [:], "<html><br></html>")])
        #expect(try await html.failure(of: STS.GetCallerIdentity())?.code == "HTTP403")
    }

    @Test("An answer without a member that it must have is refused")
    func incomplete() async throws {
        let fixture = Fixture([.response(200, [:], "<R><GetCallerIdentityResult/></R>")], retry: .init(maxAttempts: 1))
        let error = try await fixture.failure(of: STS.GetCallerIdentity())
        #expect(error?.kind == .malformedResponse && error?.message == "the answer lacks the member Account")
    }
}
