import FoundationEssentials
import HTTPTypes
import JobsysClient
import JobsysJSON
import Testing

@Suite("Keys", .endToEnd, .timeLimit(.minutes(15)))
struct AuthTests {
    private func keyID(_ key: String) -> String { String(key.split(separator: "_")[2]) }

    @Test(
        "The first key is made with the table, others with it, and each does what it allows and no more until it is revoked",
        .deployment(.worker, .dlqHandler)
    )
    func keys() async throws {
        let deployment = try Deployment.current
        let admin = try await deployment.makeKey("--scopes", "admin")
        #expect(admin.wholeMatch(of: /jobsys_dev_[0-9A-Za-z]{16}_[0-9A-Za-z]{38}/) != nil)
        let api = try await deployment.start(.api, ["AUTH": "required"])
        var jobctl = try await Jobctl.current

        let refused = try await jobctl.run("list")
        #expect(refused.status == .exited(1) && refused.errors.contains("credential"), "\(refused)")
        jobctl.settings = ["JOBSYS_TOKEN": "two words"]
        let malformed = try await jobctl.run("list")
        #expect(malformed.status == .exited(64) && malformed.errors.contains("JOBSYS_TOKEN"), "\(malformed)")
        #expect(!malformed.errors.contains("two words"))

        jobctl.settings = ["JOBSYS_TOKEN": admin]
        func tenantKey(_ tenant: String, _ scopes: String) async throws -> String {
            let made = try await jobctl.run("keys", "create", "--tenant", tenant, "--scopes", scopes, "--expires", "1h")
            #expect(made.status == .exited(0), "\(made.errors)")
            return try #require(try made.documents.first?["key"]?.stringValue)
        }
        let acme = try await tenantKey("acme", "jobs:submit,jobs:read,incidents:read")
        let other = try await tenantKey("other", "jobs:submit,jobs:read,jobs:cancel,incidents:read")

        // From a file, with the end of a line that editors leave there.
        let file = try LogFolder.make("keys") + "/acme"
        try (acme + "\n").write(toFile: file, atomically: false, encoding: .utf8)
        jobctl.settings = ["JOBSYS_TOKEN_FILE": file]
        let done = try await jobctl.run("submit", "transform", "--payload", #"{"text": "x"}"#, "--wait")
        #expect(done.status == .exited(0), "\(done.errors)")
        let job = try #require(try done.documents.last)
        #expect(job["status"] == "SUCCEEDED" && job["tenant"] == "acme", "\(job)")
        let id = try job.text("jobId")
        let cancelled = try await jobctl.run("cancel", id)
        #expect(cancelled.status == .exited(1) && cancelled.errors.contains("jobs:cancel"), "\(cancelled)")
        #expect(try await jobctl.run("list").documents.map { $0["jobId"] } == [.string(id)])

        // What fails for good becomes an incident of its tenant alone.
        let failed = try await jobctl.run("submit", "drill", "--payload", #"{"class": "VALIDATION"}"#, "--wait")
        #expect(failed.status == .exited(1), "\(failed.errors)")
        let failedID = try #require(try failed.documents.last?["jobId"])
        #expect(try await jobctl.run("incidents").documents.map { $0["jobId"] } == [failedID])
        jobctl.settings = ["JOBSYS_TOKEN": other]
        #expect(try await jobctl.run("incidents").documents == [])
        #expect(try await jobctl.run("list").documents == [])
        for command in ["show", "cancel"] {
            let foreign = try await jobctl.run(command, id)
            #expect(foreign.status == .exited(1) && foreign.errors.contains("no job of this id"), "\(foreign)")
        }
        jobctl.settings = ["JOBSYS_TOKEN": admin]
        #expect(try await jobctl.run("list").documents.count == 2)

        // By a program, and by way of the table alone, which this svc-api has to find out.
        let client = try JobClient(url: jobctl.url, token: acme)
        #expect(try await client.submit(JobName<[String: String]>("transform"), ["text": "y"]).status == .pending)
        let revoked = try await Command.run(
            try Service.api.executable,
            ["keys", "revoke", keyID(acme)],
            environment: deployment.environment
        )
        #expect(revoked.status == .exited(0) && revoked.output.contains(#""status":"revoked""#), "\(revoked)")
        try await eventually(within: .seconds(60), "the revoked key is refused") {
            do {
                _ = try await client.submit(JobName<[String: String]>("transform"), ["text": "z"])
                return false
            } catch let error as JobClientError {
                #expect(error.kind == .denied && error.status == 401, "\(error)")
                return true
            }
        }
        let listed = try await Command.run(
            try Service.api.executable,
            ["keys", "list"],
            environment: deployment.environment
        )
        #expect(listed.output.split(separator: "\n").count == 3)
        for key in [admin, acme, other] {
            let secret = String(key.suffix(38))
            #expect(!api.process.output.text.contains(secret) && !listed.output.contains(secret))
        }
        #expect(api.lines("key made").count == 2)

        // Who did what is there to be read afterwards, what was done without svc-api too.
        let audit = try await jobctl.run("audit", "--since", "2026-01-01T00:00:00Z").documents
        let changes = audit.map { "\($0["action"]?.stringValue ?? "") \($0["status"] ?? "")" }
        let expected = [
            "key.revoke 200", "job.cancel 404", "job.cancel 403", "key.create 201", "key.create 201", "key.create 201",
        ]
        #expect(changes == expected, "\(audit)")
        #expect(audit.first?["principal"]?.stringValue?.hasPrefix("svc-api keys") == true, "\(audit)")
        #expect(audit.first?["subject"]?.stringValue == keyID(acme), "\(audit)")
        #expect(audit[1]["principal"]?.stringValue == "key:\(keyID(other))" && audit[1]["address"] == "127.0.0.1")
        let narrow = try await jobctl.run(
            "audit",
            "--subject",
            id,
            "--action",
            "job.cancel",
            "--principal",
            "key:\(keyID(acme))"
        )
        #expect(try narrow.documents.map { $0["status"] } == [403], "\(narrow)")
        let line = try #require(api.lines("change").last)
        #expect(line["audit.action"] == "job.cancel" && line["principal"] == "key:\(keyID(other))", "\(line)")
    }

    @Test(
        "Whoever reaches the port may do everything in stage dev and where it is said, and every start says so",
        .deployment()
    )
    func off() async throws {
        let deployment = try Deployment.current
        let warning = "no credentials are asked for, whoever reaches the port may do everything: AUTH is off"
        for (settings, isOff) in [
            ([:], true), (["AUTH": "required"], false), (["STAGE": "prod"], false), (["STAGE": "staging"], false),
            (["STAGE": "prod", "AUTH": "off"], true), (["AUTH": " "], true),
        ] {
            let api = try await deployment.start(.api, settings)
            let client = try await api.client()
            #expect(try await client.get("/jobs").status == (isOff ? 200 : 401), "\(settings)")
            for path in ["/healthz", "/readyz", "/openapi.json"] { #expect(try await client.get(path).status == 200) }
            for path in ["/stats", "/metrics"] {
                #expect(try await client.get(path).status == (isOff ? 200 : 401), "\(settings)")
            }
            #expect(api.lines(warning).count == (isOff ? 1 : 0), "\(settings)")
            #expect(api.log.contains { $0.level == "warning" } == isOff, "\(settings)")
        }
    }

    @Test("Keys that cannot be made are refused, and what is wrong is said", .deployment())
    func refused() async throws {
        let deployment = try Deployment.current
        func run(_ arguments: String..., without: String? = nil) async throws -> Command.Outcome {
            var environment = deployment.environment
            if let without { environment[without] = nil }
            return try await Command.run(try Service.api.executable, ["keys"] + arguments, environment: environment)
        }
        for (arguments, word) in [
            (["create"], "--scopes"), (["create", "--scopes", "moon:land"], "jobs:submit"),
            (["create", "--scopes", "admin", "--tenant", "A B"], "--tenant"),
            (["create", "--scopes", "admin", "--expires", "soon"], "30d"),
            (["create", "--scopes", "admin", "--types", "A B"], "job types"), (["revoke", "x"], "key's id"),
        ] {
            let outcome = try await Command.run(
                try Service.api.executable,
                ["keys"] + arguments,
                environment: deployment.environment
            )
            #expect(outcome.status == .exited(64), "\(arguments): \(outcome)")
            #expect(outcome.errors.contains(word) && outcome.output.isEmpty, "\(arguments): \(outcome)")
        }
        let noTable = try await run("create", "--scopes", "admin", without: "DDB_TABLE")
        #expect(noTable.status == .exited(78) && noTable.errors.contains("DDB_TABLE"), "\(noTable)")
        #expect(try await run("list").output.isEmpty)
    }
}
