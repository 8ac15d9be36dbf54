import Configuration
import JobsysAPI
import JobsysAWSAdapters
import JobsysServiceRuntime
import Testing

struct ConfigurationTests {
    private let required = [
        "DDB_TABLE": "Jobs", "SQS_QUEUE_URL": "http://localhost:4566/000000000000/jobs",
        "SQS_FIFO_QUEUE_URL": "http://localhost:4566/000000000000/jobs.fifo",
    ]

    @Test("What is not set has its default")
    func defaults() throws {
        let configuration = try read(required)
        #expect(configuration.port == 8080)
        #expect(configuration.host == "*")
        #expect(configuration.table == "Jobs")
        #expect(configuration.shards == IndexShards.standard.count)
        #expect(configuration.queueURL == "http://localhost:4566/000000000000/jobs")
    }

    @Test("What is set is taken")
    func set() throws {
        let configuration = try read(required.merging(["PORT": "0", "HOST": "127.0.0.1", "INDEX_SHARDS": "32"]) { $1 })
        #expect(configuration.port == 0)
        #expect(configuration.host == "127.0.0.1")
        #expect(configuration.shards == 32)
    }

    @Test(
        "What is missing or malformed is named",
        arguments: [
            ("DDB_TABLE", ""), ("SQS_QUEUE_URL", "jobs"), ("SQS_FIFO_QUEUE_URL", ""), ("PORT", "http"),
            ("INDEX_SHARDS", "33"), ("CORS_ORIGINS", "https://a.example/"), ("TRUSTED_PROXIES", "10.0.0.0/33"),
        ]
    )
    func wrong(key: String, value: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try read(required.merging([key: value]) { $1 }) }
        #expect(error.key == key)
    }

    @Test("Every origin may be let in only where nobody shows a credential", arguments: ["required", "off"])
    func everyOrigin(auth: String) throws {
        let variables = required.merging(["CORS_ORIGINS": "*", "AUTH": auth]) { $1 }
        if auth == "off" {
            #expect(try read(variables).origins.isEverybody)
        } else {
            let error = try #require(throws: ConfigurationError.self) { try read(variables) }
            #expect(error.key == "CORS_ORIGINS" && error.expected.contains("AUTH=off"))
        }
    }

    @Test("Tokens are taken of one issuer, whose keys are where the settings or its discovery document say")
    func tokens() throws {
        #expect(try read(required).tokens == nil)
        let settings = required.merging(["JWT_ISSUER": "https://login.example.com", "JWT_AUDIENCE": "jobsys"]) { $1 }
        let read = try #require(try read(settings).tokens)
        #expect(read.rules == TokenRules(issuer: "https://login.example.com", audience: "jobsys"))
        let other = settings.merging([
            "JWT_ISSUER": "accounts", "JWT_JWKS_URL": "http://127.0.0.1:9000/keys",
            "JWT_TENANT_CLAIM": "https://x/tenant",
            "JWT_SCOPES_CLAIM": "scp",
        ]) { $1 }
        let rules = try #require(try self.read(other).tokens).rules
        #expect(
            rules
                == TokenRules(
                    issuer: "accounts",
                    audience: "jobsys",
                    tenantClaim: "https://x/tenant",
                    scopesClaim: "scp"
                )
        )
        for (changes, key) in [
            (["JWT_ISSUER": ""], "JWT_ISSUER"), (["JWT_AUDIENCE": " "], "JWT_AUDIENCE"),
            (["JWT_ISSUER": "accounts"], "JWT_JWKS_URL"), (["JWT_ISSUER": "http://login.example.com"], "JWT_JWKS_URL"),
            (["JWT_JWKS_URL": "http://login.example.com/keys"], "JWT_JWKS_URL"),
            (["JWT_JWKS_URL": "file:///keys"], "JWT_JWKS_URL"),
            (["JWT_JWKS_URL": "https://u:p@x.example"], "JWT_JWKS_URL"),
        ] {
            let error = #expect(throws: ConfigurationError.self) { try self.read(settings.merging(changes) { $1 }) }
            #expect(error?.key == key, "\(changes)")
        }
    }

    private func read(_ variables: [String: String]) throws -> APIConfiguration {
        let provider = EnvironmentVariablesProvider(environmentVariables: variables)
        return try APIConfiguration(config: ConfigReader(provider: provider))
    }
}
