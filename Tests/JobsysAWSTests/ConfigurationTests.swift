import JobsysJSON
import Testing

@testable import JobsysAWS

@Suite struct ConfigurationTests {
    private func configuration(_ environment: [String: String]) throws(AWSConfigurationError) -> AWSConfiguration {
        try AWSConfiguration(
            environment: ["AWS_REGION": "eu-central-1"].merging(environment) { $1 },
            transport: ScriptedTransport([.response(500)])
        )
    }

    @Test("AWS_REGION goes before AWS_DEFAULT_REGION, and a blank one counts as unset")
    func region() throws {
        #expect(try configuration(["AWS_REGION": "a-1", "AWS_DEFAULT_REGION": "b-1"]).region == "a-1")
        #expect(try configuration(["AWS_REGION": " ", "AWS_DEFAULT_REGION": "b-1"]).region == "b-1")
    }

    @Test(
        "A setting that makes no sense is refused with its key, the finding and the expectation",
        arguments: [
            (["AWS_REGION": ""], "AWS_REGION: missing; expected a region such as eu-central-1"),
            (["AWS_REGION": "evil.com/"], "AWS_REGION: found \"evil.com/\"; expected a region such as eu-central-1"),
            (["AWS_MAX_ATTEMPTS": "0"], "AWS_MAX_ATTEMPTS: found \"0\"; expected a whole number from 1"),
            (
                ["AWS_RETRY_MODE": "adaptive"],
                "AWS_RETRY_MODE: found \"adaptive\"; expected standard; the modes legacy and adaptive are not supported"
            ),
            (
                ["AWS_ENDPOINT_URL_SQS": "localhost:4566"],
                "AWS_ENDPOINT_URL_SQS: found \"localhost:4566\"; expected a URL such as http://localhost:4566, "
                    + "without query or user info"
            ),
            (
                ["AWS_USE_FIPS_ENDPOINT": "true", "AWS_ENDPOINT_URL_SQS": "https://vpce"],
                "AWS_USE_FIPS_ENDPOINT: found \"true\"; expected false, because AWS_ENDPOINT_URL_SQS is set"
            ),
            (
                ["AWS_USE_DUALSTACK_ENDPOINT": "true", "AWS_ENDPOINT_URL": "https://vpce"],
                "AWS_USE_DUALSTACK_ENDPOINT: found \"true\"; expected false, because AWS_ENDPOINT_URL is set"
            ),
            (
                ["AWS_ENDPOINT_URL": "https://u:secret@h"],
                "AWS_ENDPOINT_URL: found \"a URL with user info\"; expected a URL such as http://localhost:4566, "
                    + "without query or user info"
            ),
            (
                ["AWS_ACCESS_KEY_ID": "AK"],
                "AWS_SECRET_ACCESS_KEY: missing; expected a value, because AWS_ACCESS_KEY_ID is set"
            ),
        ]
    )
    func refused(environment: [String: String], message: String) {
        let error = #expect(throws: AWSConfigurationError.self) {
            try configuration(environment)
        }
        #expect(error?.description == message)
    }

    @Test(
        "A setting that is not used stops nobody, however little sense it makes",
        arguments: [
            ["AWS_CREDENTIAL_EXPIRATION": "tomorrow"], ["AWS_ENDPOINT_URL_S3": "localhost"],
            ["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv5"], ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "nowhere"],
            ["AWS_USE_FIPS_ENDPOINT": "true", "AWS_ENDPOINT_URL_S3": "http://localhost"],
            ["AWS_METADATA_SERVICE_TIMEOUT": "0"],
        ]
    )
    func unused(environment: [String: String]) throws {
        #expect(try configuration(environment).region == "eu-central-1")
    }

    @Test("An endpoint that makes no sense fails the calls of its service, and no other's")
    func malformedEndpoint() async throws {
        struct ListBuckets: AWSOperation {
            static let service = AWSService(endpointPrefix: "s3", environmentName: "S3", targetPrefix: "S3")
            static let name = "ListBuckets"
            typealias Output = Void
            func encode(to writer: inout JSONWriter) { writer.object { _ in } }
        }
        let transport = ScriptedTransport([.response(200, [:], "{}")])
        let configuration = try AWSConfiguration(
            environment: [
                "AWS_REGION": "r", "AWS_ENDPOINT_URL_S3": "localhost", "AWS_ACCESS_KEY_ID": "AK",
                "AWS_SECRET_ACCESS_KEY": "SK",
            ],
            transport: transport
        )
        let client = AWSClient(configuration: configuration, transport: transport)
        let error = await #expect(throws: AWSError.self) { try await client.perform(ListBuckets()) }
        #expect(error?.code == "Misconfigured")
        #expect(error?.isRetryable == false)
        #expect(error?.message.contains("AWS_ENDPOINT_URL_S3: found \"localhost\"") == true)
        #expect(transport.sent.count == 0)
        _ = try await client.perform(SQS.DeleteMessage(queueURL: "q", receiptHandle: "r"))
        #expect(transport.sent.map(\.url) == ["https://sqs.r.amazonaws.com/"])
    }

    @Test("The service's endpoint goes before the shared one, the shared one before the region's")
    func endpoints() throws {
        let environment = ["AWS_ENDPOINT_URL": "http://a:1/p/", "AWS_ENDPOINT_URL_SQS": "https://B"]
        let resolver = try configuration(environment).endpoints
        #expect(try resolver.endpoint(for: .sqs, region: "r").description == "https://b")
        #expect(try resolver.endpoint(for: .dynamoDB, region: "r").description == "http://a:1/p")
        #expect(
            try EndpointResolver().endpoint(for: .dynamoDB, region: "eu-west-1").description
                == "https://dynamodb.eu-west-1.amazonaws.com"
        )
        let ignored = environment.merging(["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"]) { $1 }
        #expect(
            try configuration(ignored).endpoints.endpoint(for: .sqs, region: "r").description
                == "https://sqs.r.amazonaws.com"
        )
    }

    @Test(
        "An endpoint is a scheme, a host, perhaps a port and a path",
        arguments: [
            ("http://localhost:4566", "http://localhost:4566"), ("HTTPS://Host:443/", "https://host"),
            ("http://h:80/a/b//", "http://h/a/b"), ("http://[::1]:8000", "http://[::1]:8000"),
            ("http://", nil), ("localhost", nil), ("http://h:0", nil), ("http://h:99999", nil), ("http://u:p@h", nil),
            ("http://h?q", nil), ("http://a b", nil), ("http://[::1", nil), ("http://h:", nil), ("ftp://h", nil),
        ]
    )
    func endpoint(url: String, expected: String?) {
        #expect(Endpoint(url: url)?.description == expected)
    }
}
