import FoundationEssentials
import JobsysHTTP
import JobsysSigV4
import Testing

@testable import JobsysAWS

@Suite struct SharedConfigurationTests {
    private func configuration(
        _ files: SharedFiles,
        _ environment: [String: String] = [:]
    ) throws(AWSConfigurationError) -> AWSConfiguration {
        try AWSConfiguration(
            environment: files.environment.merging(environment) { $1 },
            transport: ScriptedTransport([.response(500)])
        )
    }

    private func urls(_ configuration: AWSConfiguration) throws -> [String] {
        try [AWSService.dynamoDB, .sqs]
            .map {
                try configuration.endpoints.endpoint(for: $0, region: configuration.region).description
            }
    }

    private static let config = """
        [default]
        region = eu-west-1
        [profile a]
        region = eu-west-2
        max_attempts = 7
        endpoint_url = http://all
        services = local
        [services local]
        dynamodb =
          endpoint_url = http://localhost:8000/x/
        """

    @Test("Region, attempts and endpoints come from the profile in use, unless the environment has them")
    func profile() async throws {
        try await SharedFiles.with(config: Self.config) { files in
            #expect(try configuration(files).region == "eu-west-1")
            let a = try configuration(files, ["AWS_PROFILE": "a"])
            #expect(a.region == "eu-west-2")
            #expect(a.retry.maxAttempts == 7)
            #expect(try urls(a) == ["http://localhost:8000/x", "http://all"])
            let overridden = ["AWS_PROFILE": "a", "AWS_DEFAULT_REGION": "us-west-2", "AWS_MAX_ATTEMPTS": "2"]
            let other = try configuration(files, overridden)
            #expect(other.region == "us-west-2")
            #expect(other.retry.maxAttempts == 2)
        }
    }

    @Test(
        "An endpoint of the environment goes before the profile's, one for all before one for a service",
        arguments: [
            (["AWS_ENDPOINT_URL_SQS": "http://q"], ["http://localhost:8000/x", "http://q"]),
            (["AWS_ENDPOINT_URL": "http://e"], ["http://e", "http://e"]),
            (["AWS_ENDPOINT_URL": "http://e", "AWS_ENDPOINT_URL_DYNAMODB": "http://d"], ["http://d", "http://e"]),
            (
                ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_ENDPOINT_URL_SQS": "http://q"],
                ["https://dynamodb.eu-west-2.amazonaws.com", "https://sqs.eu-west-2.amazonaws.com"]
            ),
        ]
    )
    func endpoints(environment: [String: String], expected: [String]) async throws {
        try await SharedFiles.with(config: Self.config) { files in
            let configuration = try configuration(files, environment.merging(["AWS_PROFILE": "a"]) { $1 })
            #expect(try urls(configuration) == expected)
        }
    }

    @Test("FIPS and dual-stack endpoints may be asked for in the profile")
    func endpointKinds() async throws {
        let config = "[default]\nregion = us-east-1\nuse_fips_endpoint = true\nuse_dualstack_endpoint = TRUE"
        try await SharedFiles.with(config: config) { files in
            let expected = ["https://dynamodb-fips.us-east-1.api.aws", "https://sqs-fips.us-east-1.api.aws"]
            let configuration = try configuration(files)
            #expect(try urls(configuration) == expected)
        }
    }

    @Test("The certificate authorities come from the environment, else from the profile")
    func caBundle() async throws {
        try await SharedFiles.with { files in
            try files.write(Self.certificate, to: "ca.pem")
            try files.write("Issuer: somebody\n" + Self.certificate, to: "other.pem")
            try files.write("[default]\nca_bundle = \(files.path("ca.pem"))", to: ".aws/config")
            let both = files.environment.merging(["AWS_CA_BUNDLE": files.path("other.pem")]) { $1 }
            let paths = try [files.environment, both, [:]]
                .map { try CurlTransport.Configuration(environment: $0).caBundlePath }
            #expect(paths == [files.path("ca.pem"), files.path("other.pem"), nil])
        }
    }

    private static let certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"

    @Test(
        "A file of authorities without a certificate in it is refused by the name of the setting",
        arguments: [
            ("AWS_CA_BUNDLE", nil), ("AWS_CA_BUNDLE", "no certificate"), ("AWS_CA_BUNDLE", ""),
            ("ca_bundle (HOME/.aws/config:2)", nil), ("AWS_CA_BUNDLE", "a directory"),
        ] as [(String, String?)]
    )
    func badBundle(key: String, content: String?) async throws {
        try await SharedFiles.with { files in
            let path = content == "a directory" ? files.home : files.path("ca.pem")
            if let content, content != "a directory" { try files.write(content, to: "ca.pem") }
            var environment = files.environment
            if key == "AWS_CA_BUNDLE" {
                environment[key] = path
            } else {
                try files.write("[default]\nca_bundle = \(path)", to: ".aws/config")
            }
            let error = #expect(throws: AWSConfigurationError.self) {
                try CurlTransport.Configuration(environment: environment)
            }
            #expect(
                error?.key.split(separator: files.home, omittingEmptySubsequences: false).joined(separator: "HOME")
                    == key
            )
            #expect(error?.found?.hasPrefix("\(path), which ") == true)
            #expect(error?.expected.contains("PEM file") == true)
            // A transport can be made of a good one.
            try files.write(Self.certificate, to: "good.pem")
            environment["AWS_CA_BUNDLE"] = files.path("good.pem")
            #expect(try CurlTransport.Configuration(environment: environment).caBundlePath == files.path("good.pem"))
        }
    }

    @Test(
        "A setting of a file that makes no sense is refused with its file and line",
        arguments: [
            (
                "[default]\nregion = a/b",
                "region (HOME/.aws/config:2): found \"a/b\"; expected a region such as eu-central-1"
            ),
            (
                "[default]\nregion = r\nmax_attempts = x",
                "max_attempts (HOME/.aws/config:3): found \"x\"; expected a whole number from 1"
            ),
            (
                "[default]\nregion = r\nretry_mode = adaptive",
                "retry_mode (HOME/.aws/config:3): found \"adaptive\"; expected standard; "
                    + "the modes legacy and adaptive are not supported"
            ),
            (
                "[default]\nregion = r\nservices = s",
                "services (HOME/.aws/config:3): found \"s\"; expected the name of a section [services s]"
            ),
            (
                "[default]\nregion = r\nuse_fips_endpoint = true\nendpoint_url = http://x",
                "use_fips_endpoint (HOME/.aws/config:3): found \"true\"; expected false, because endpoint_url (HOME/.aws/config:4) is set"
            ),
            (
                "[default]\nregion",
                "HOME/.aws/config:2: found \"a line without =\"; expected a setting such as region = eu-central-1"
            ),
        ]
    )
    func refused(config: String, message: String) async throws {
        try await SharedFiles.with(config: config) { files in
            let error = #expect(throws: AWSConfigurationError.self) { try configuration(files) }
            #expect(
                error?.description.split(separator: files.home, omittingEmptySubsequences: false)
                    .joined(separator: "HOME") == message
            )
        }
    }

    @Test("A profile that was chosen has to exist")
    func missingProfile() async throws {
        try await SharedFiles.with { files in
            let error = #expect(throws: AWSConfigurationError.self) {
                try configuration(files, ["AWS_PROFILE": "nobody", "AWS_REGION": "r"])
            }
            #expect(error?.key == "AWS_PROFILE")
        }
    }

    @Test("Files may be elsewhere, missing, too large, or not files at all")
    func files() async throws {
        try await SharedFiles.with { files in
            try files.write("[default]\nregion = here", to: "other")
            #expect(try configuration(files, ["AWS_CONFIG_FILE": "~/other"]).region == "here")
            let region = ["AWS_REGION": "r"]
            #expect(
                try configuration(files, region.merging(["AWS_CONFIG_FILE": "/nowhere/at/all"]) { $1 }).region == "r"
            )
            for path in [files.home, "/dev/zero"] {
                let error = #expect(throws: AWSConfigurationError.self) {
                    try configuration(files, region.merging(["AWS_CONFIG_FILE": path]) { $1 })
                }
                #expect(error?.key == path)
            }
        }
    }

    @Test(
        "A file in the home that cannot be read stops nobody who needs nothing of it",
        arguments: ["a loop of links", "a directory"]
    )
    func unreadableHome(obstacle: String) async throws {
        try await SharedFiles.with { files in
            let path = files.path(".aws/config")
            try FileManager.default.removeItem(atPath: path)
            if obstacle == "a directory" {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            } else {
                try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path)
            }
            let keys = ["AWS_REGION": "r", "AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "SK"]
            let credentials = try await configuration(files, keys).credentials.credentials()
            #expect(credentials.accessKeyID == "AK")
            // Whoever does need it is told of it.
            let withoutKeys = try configuration(files, ["AWS_REGION": "r", "AWS_EC2_METADATA_DISABLED": "true"])
            let missing = await #expect(throws: CredentialsError.self) {
                try await withoutKeys.credentials.credentials()
            }
            #expect(missing?.message.contains("\(path) cannot be") == true)
            for (variable, value) in [("AWS_CONFIG_FILE", path), ("AWS_PROFILE", "other")] {
                let error = #expect(throws: AWSConfigurationError.self) {
                    try configuration(files, keys.merging([variable: value]) { $1 })
                }
                #expect(error?.description.contains("\(path) cannot be") == true || error?.key == path)
            }
        }
    }

    @Test(
        "An instance is asked for its region only where none is set; where there is no instance the region is missing"
    )
    func discoveredRegion() async throws {
        let instance = ScriptedTransport([.response(200, [:], "SESSION"), .response(200, [:], "eu-west-3")])
        let found = try await AWSConfiguration.discoveringRegion(environment: [:], transport: instance)
        #expect(found.region == "eu-west-3")
        #expect(instance.sent.last?.url == "http://169.254.169.254/latest/meta-data/placement/region")
        let set = try await AWSConfiguration.discoveringRegion(environment: ["AWS_REGION": "r"], transport: instance)
        #expect(set.region == "r")
        #expect(instance.sent.count == 2)
        let nobody = ScriptedTransport([.failure(.cannotConnect)])
        await #expect(throws: AWSConfigurationError.self) {
            try await AWSConfiguration.discoveringRegion(environment: [:], transport: nobody)
        }
        #expect(nobody.sent.count == 1)
    }
}
