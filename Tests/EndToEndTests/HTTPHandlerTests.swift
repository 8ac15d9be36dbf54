import FoundationEssentials
import Glibc
import HTTPTypes
import JobsysJSON
import Testing

@Suite("Jobs that an HTTP endpoint runs", .endToEnd, .timeLimit(.minutes(15)))
struct HTTPHandlerTests {
    /// Starts a worker whose jobs an endpoint runs: types are the endpoint's paths.
    private func worker(
        for endpoint: Endpoint,
        paths: [String],
        http: String = "",
        policy: String = "backoff: {base: 100ms, limit: 200ms}",
        settings: [String: String] = [:]
    ) async throws -> ServiceProcess {
        let handlers = paths.map { path in
            """
              http.\(path):
                http: {url: "\(endpoint.url)/\(path)"\(http)}
                policy: {\(policy)}

            """
        }
        let path = "\(try LogFolder.make("endpoints"))/handlers-\(endpoint.port)-\(paths[0]).yaml"
        try "handlers:\n\(handlers.joined())".write(toFile: path, atomically: true, encoding: .utf8)
        // An answer that stands for an outage must not hold up the next case.
        let own = [
            "HANDLERS_FILE": path, "WORKER_BREAKER_FAILURES": "1000", "SECRET_ONE": Endpoint.secrets[0],
            "SECRET_TWO": Endpoint.secrets[1],
        ]
        return try await Deployment.current.start(.worker, own.merging(settings) { $1 })
    }

    @Test(
        "The request has sqsd's headers, and signatures that the library of Standard Webhooks verifies",
        .deployment(.api)
    )
    func request() async throws {
        try await Endpoint.with { endpoint in
            let client = try await Deployment.current.client
            let http = #", secrets: ["env:SECRET_ONE", "env:SECRET_TWO"], headers: {X-Team: images}, heartbeat: 30s"#
            _ = try await worker(for: endpoint, paths: ["echo"], http: http, policy: "timeout: 30s")
            let id = try await client.accepted("http.echo", ["url": "a.png", "großes": "ü"])
            let job = try await client.finishedJob(id, within: .seconds(60))
            #expect(job["status"] == "SUCCEEDED")
            let result = try #require(job["result"]?.objectValue)
            #expect(result["verified"] == 2)
            #expect(result["body"] == #"{"url":"a.png","großes":"ü"}"#)
            let expected: [String: JSONValue] = [
                "method": "POST", "contentType": "application/json", "msgid": .string(id), "receiveCount": "1",
                "jobId": .string(id), "type": "http.echo", "attempt": "1", "maxAttempts": "4", "team": "images",
                "idempotencyKey": .string("\(id)-0"), "webhookId": .string("\(id)-0"),
            ]
            for (name, value) in expected { #expect(result[name] == value, "\(name)") }
            #expect(result["agent"]?.stringValue?.hasPrefix("aws-sqsd/") == true)
            let queue = try #require(result["queue"]?.stringValue)
            #expect(try Deployment.current.plane.jobs.url.hasSuffix("/\(queue)"))
            #expect(result["firstReceivedAt"] == job["createdAt"])
            #expect(result["deadline"]?.stringValue?.hasSuffix("Z") == true)
            let trace = try #require(result["traceparent"]?.stringValue)
            #expect(job["traceId"]?.stringValue.map(trace.contains) == true)
        }
    }

    @Test(
        "Secrets may be parameters; one that is missing, or is no secret, is named, and the exit code is 78",
        .deployment(.api)
    )
    func parameters() async throws {
        try await Endpoint.with { endpoint in
            let deployment = try Deployment.current
            let prefix = "/jobsys/\(deployment.plane.table.name)"
            for (name, value) in [("good", Endpoint.secrets[1]), ("bad", "hunter2")] {
                _ = try await deployment.plane.aws.commandLine(
                    "ssm",
                    "put-parameter",
                    "--type",
                    "SecureString",
                    "--name",
                    "\(prefix)/\(name)",
                    "--value",
                    value
                )
            }
            let http = #", secrets: ["ssm:\#(prefix)/good"]"#
            _ = try await worker(for: endpoint, paths: ["echo"], http: http)
            let client = try await deployment.client
            let job = try await client.finishedJob(client.accepted("http.echo", [:]), within: .seconds(60))
            #expect(job["result"]?["verified"] == 1, "\(job)")

            let file = "\(try LogFolder.make("endpoints"))/parameters-\(endpoint.port).yaml"
            let secrets = #"["ssm:\#(prefix)/none", "ssm:\#(prefix)/bad"]"#
            let text = "handlers:\n  http.echo:\n    http: {url: \"\(endpoint.url)/echo\", secrets: \(secrets)}\n"
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            let environment = deployment.environment.merging(["HANDLERS_FILE": file]) { $1 }
            let start = try await Command.run(Service.worker.executable, environment: environment)
            #expect(start.status == .exited(78))
            #expect(
                start.errors == """
                    \(file):2:3: handlers.http.echo.http.secrets: ssm:\(prefix)/none is not there
                    \(file):2:3: handlers.http.echo.http.secrets: ssm:\(prefix)/bad is not whsec_ and 24 to 64 bytes in base64

                    """
            )
            #expect(!start.output.contains("hunter2"))
        }
    }

    @Test("Each answer has its outcome", .deployment(.api, .dlqHandler))
    func answers() async throws {
        let cases: [(JSONValue, status: String, errorClass: String?)] = [
            (["status": 200, "body": "done"], "SUCCEEDED", nil), (["status": 204], "SUCCEEDED", nil),
            (["status": 202], "SUCCEEDED", nil), (["status": 400, "body": "no"], "FAILED_FINAL", "VALIDATION"),
            (["status": 422], "FAILED_FINAL", "VALIDATION"), (["status": 401], "FAILED_FINAL", "SYSTEM"),
            (["status": 404], "FAILED_FINAL", "SYSTEM"),
            (["status": 408], "FAILED_FINAL", "NETWORK"), (["status": 409], "FAILED_FINAL", "SYSTEM"),
            (["status": 429], "FAILED_FINAL", "RATE_LIMIT"), (["status": 503], "FAILED_FINAL", "SYSTEM"),
            (["status": 418], "FAILED_FINAL", "UNKNOWN"),
            (["status": 302, "headers": ["Location": "/echo"]], "FAILED_FINAL", "SYSTEM"),
            (
                [
                    "status": 500, "headers": ["Content-Type": "application/problem+json"],
                    "body": #"{"class":"VALIDATION","detail":"no such image"}"#,
                ], "FAILED_FINAL", "VALIDATION"
            ),
        ]
        try await Endpoint.with { endpoint in
            let client = try await Deployment.current.client
            _ = try await worker(for: endpoint, paths: ["status"])
            var ids: [String] = []
            for (answer, _, _) in cases {
                ids.append(try await client.accepted("http.status", ["answers": [answer]], maxAttempts: 1))
            }
            for (id, (answer, status, errorClass)) in zip(ids, cases) {
                let job = try await client.finishedJob(id, within: .seconds(60))
                #expect(job["status"]?.stringValue == status, "\(answer): \(job)")
                #expect(job["error"]?["class"]?.stringValue == errorClass, "\(answer): \(job)")
                #expect(endpoint.events("request", job: id).count == 1, "\(answer)")
            }
            #expect(endpoint.events("request").allSatisfy { $0["path"] == "/status" })
        }
    }

    @Test(
        "An endpoint that says that it is gone pauses its type, and its jobs run when that is resumed",
        .deployment(.api)
    )
    func gone() async throws {
        try await Endpoint.with { endpoint in
            let deployment = try Deployment.current
            let client = try await deployment.client
            let worker = try await worker(for: endpoint, paths: ["gone", "status"])
            let file = "\(try LogFolder.make("endpoints"))/gone-\(endpoint.port).txt"
            try "".write(toFile: file, atomically: true, encoding: .utf8)
            var ids: [String] = []
            for _ in 0..<5 { ids.append(try await client.accepted("http.gone", ["file": .string(file)])) }
            let said = "type paused: its jobs cannot be run until somebody has looked"
            try await eventually(within: .seconds(30), "it is paused") { !worker.lines(said).isEmpty }
            let types = try await client.get("/types").json(status: 200)["types"]?.arrayValue ?? []
            let type = try #require(types.first { $0["type"] == "http.gone" })
            #expect(type["paused"] == true)
            let reason = "POST \(endpoint.url)/gone answered 410: it has moved"
            #expect(type["pause"]?["by"] == "a worker" && type["pause"]?["reason"]?.stringValue == reason, "\(type)")
            for id in ids {
                try await eventually(within: .seconds(20), "it waits") {
                    let job = try await client.job(id)
                    return job["status"] == "PENDING" && job["attempts"] == 0 && job["waiting"]?["reason"] == "paused"
                        && job["waiting"]?["detail"]?.stringValue?.hasSuffix("by a worker: \(reason)") == true
                }
            }
            // Others do not notice.
            let other = try await client.accepted("http.status", ["answers": [["status": 200]]])
            #expect(try await client.finishedJob(other, within: .seconds(30))["status"] == "SUCCEEDED")
            #expect(worker.lines(said).map(\.level) == ["error"])

            try FileManager.default.removeItem(atPath: file)
            #expect(try await Jobctl.current.run("resume", "http.gone").status == .exited(0))
            for id in ids {
                let job = try await client.finishedJob(id, within: .seconds(60))
                #expect(job["status"] == "SUCCEEDED" && job["attempts"] == 1, "\(job)")
            }
        }
    }

    @Test("Retry-After puts the next attempt off, in both its forms", .deployment(.api))
    func retryAfter() async throws {
        try await Endpoint.with { endpoint in
            let client = try await Deployment.current.client
            _ = try await worker(for: endpoint, paths: ["status"])
            let pauses: [JSONValue] = [
                ["status": 503, "headers": ["Retry-After": "3"]], ["status": 429, "retryAtSeconds": 4],
            ]
            for pause in pauses {
                let id = try await client.accepted("http.status", ["answers": [pause, ["status": 200]]])
                let job = try await client.finishedJob(id, within: .seconds(60))
                #expect(job["status"] == "SUCCEEDED" && job["attempts"] == 2, "\(job)")
                let times = endpoint.events("request", job: id).compactMap { $0["at"]?.doubleValue }
                // A date has no fractions of a second.
                #expect(times.count == 2 && times[1] - times[0] > 2.5, "\(times)")
            }
        }
    }

    @Test("A request is signed with the worker's AWS credentials, as botocore would", .deployment(.api))
    func sigV4() async throws {
        try await Endpoint.with { endpoint in
            let client = try await Deployment.current.client
            let http = ", sigv4: {service: lambda, region: eu-west-1}"
            _ = try await worker(for: endpoint, paths: ["signed"], http: http)
            let id = try await client.accepted("http.signed", ["a": "b"])
            let job = try await client.finishedJob(id, within: .seconds(60))
            #expect(job["result"] == "signed", "\(job)")
            let signed = try #require(endpoint.events("signed").first)
            #expect(signed["service"] == "lambda" && signed["region"] == "eu-west-1")
        }
    }

    @Test("An endpoint that is killed in mid-request, or is slow, is tried again", .deployment(.api))
    func trouble() async throws {
        let client = try await Deployment.current.client
        try await Endpoint.with { endpoint in
            let policy = "timeout: 2s, backoff: {base: 2s, limit: 4s}, maxAttempts: 8"
            _ = try await worker(for: endpoint, paths: ["die", "slow"], policy: policy)
            let slow = try await client.accepted("http.slow", ["seconds": 30])
            try await eventually(within: .seconds(30), "the slow answer is given up") {
                try await client.job(slow)["error"]?["message"]?.stringValue?.contains("timedOut") == true
            }
            #expect(try await client.job(slow)["error"]?["class"] == "NETWORK")
            _ = try await client.send(.post, "/jobs/\(slow)/cancel")
            let id = try await client.accepted("http.die", [:])
            try await eventually(within: .seconds(30), "the endpoint has died") {
                try await client.job(id)["error"]?["class"] == "NETWORK"
            }
            endpoint.end()
            let second = try await Endpoint.start(port: endpoint.port)
            defer { second.end() }
            let job = try await client.finishedJob(id, within: .seconds(60))
            #expect(job["status"] == "SUCCEEDED", "\(job)")
            #expect(try #require(job["attempts"]?.intValue) >= 2)
        }
    }

    @Test("The endpoint in the documentation runs jobs, and takes no unsigned ones", .deployment(.api, .dlqHandler))
    func documented() async throws {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        let page = try String(contentsOfFile: "\(root)/docs/http-handlers.md", encoding: .utf8)
        let program = try #require(page.split(separator: "```python\n").last?.split(separator: "```").first)
        let path = "\(try LogFolder.make("endpoints"))/resize.py"
        try String(program).write(toFile: path, atomically: true, encoding: .utf8)
        let client = try await Deployment.current.client
        try await Endpoint.with(path, environment: ["RESIZE_SECRET": Endpoint.secrets[1]]) { endpoint in
            let http = #", secrets: ["env:SECRET_ONE", "env:SECRET_TWO"]"#
            _ = try await worker(for: endpoint, paths: ["resize"], http: http)
            var job = try await client.finishedJob(
                client.accepted("http.resize", ["url": "a.png"]),
                within: .seconds(60)
            )
            #expect(job["result"] == ["url": "a.png", "width": 640], "\(job)")
            job = try await client.finishedJob(client.accepted("http.resize", [:]), within: .seconds(60))
            #expect(job["status"] == "FAILED_FINAL" && job["error"]?["class"] == "VALIDATION", "\(job)")
            let request = APIClient(authority: "127.0.0.1:\(endpoint.port)")
            #expect(try await request.send(.post, "/", body: "{}").status == 401)
        }
    }

    // MARK: Asynchronous runs

    @Test("A run that ends later: heartbeats, progress, one end that counts, and stale calls", .deployment(.api))
    func asynchronous() async throws {
        try await Endpoint.with { endpoint in
            let client = try await Deployment.current.client
            let worker = try await worker(for: endpoint, paths: ["async"])
            let id = try await client.accepted(
                "http.async",
                ["heartbeats": 5, "progress": 0.5, "end": ["complete", "complete", "fail", "heartbeat"]]
            )
            let job = try await client.finishedJob(id, within: .seconds(60))
            #expect(job["status"] == "SUCCEEDED" && job["attempts"] == 1)
            #expect(job["result"] == ["finishedAfter": "continue"])
            try await eventually(within: .seconds(10), "the endpoint has said all") {
                endpoint.events("heartbeat", job: id).count == 6
            }
            func statuses(_ verb: String) -> [Int?] { endpoint.events(verb, job: id).map { $0["status"]?.intValue } }
            #expect(statuses("heartbeat") == [200, 200, 200, 200, 200, 409])
            #expect(statuses("progress") == [200])
            #expect(statuses("complete") == [204, 204])
            #expect(statuses("fail") == [409])
            let stranger = try await worker.client().send(.post, "/runs/\(id).0.1.1.00000000/complete")
            #expect(stranger.status == 404)
        }
    }

    @Test("A run that its endpoint ends as a failure, and one that falls silent", .deployment(.api, .dlqHandler))
    func failedRuns() async throws {
        try await Endpoint.with { endpoint in
            let client = try await Deployment.current.client
            _ = try await worker(for: endpoint, paths: ["async"], http: ", heartbeat: 2s")
            let failed = try await client.accepted(
                "http.async",
                ["end": ["fail"], "document": ["class": "VALIDATION", "message": "no such image"]]
            )
            let silent = try await client.accepted("http.async", ["heartbeats": 1, "silent": true], maxAttempts: 1)
            var job = try await client.finishedJob(failed, within: .seconds(60))
            #expect(job["status"] == "FAILED_FINAL" && job["error"]?["class"] == "VALIDATION", "\(job)")
            #expect(job["error"]?["message"] == "no such image")
            job = try await client.finishedJob(silent, within: .seconds(60))
            #expect(job["status"] == "FAILED_FINAL" && job["error"]?["class"] == "NETWORK", "\(job)")
        }
    }

    @Test("A heartbeat's answer tells that the job is cancelled", .deployment(.api))
    func cancelled() async throws {
        try await Endpoint.with { endpoint in
            let client = try await Deployment.current.client
            _ = try await worker(for: endpoint, paths: ["async"], settings: ["LEASE_SECONDS": "3"])
            let id = try await client.accepted("http.async", ["heartbeats": 1000])
            try await eventually(within: .seconds(30), "the job runs") {
                !endpoint.events("heartbeat", job: id).isEmpty
            }
            _ = try await client.send(.post, "/jobs/\(id)/cancel")
            #expect(try await client.finishedJob(id, within: .seconds(30))["status"] == "CANCELLED")
            try await eventually(within: .seconds(10), "the endpoint knows") {
                endpoint.events("heartbeat", job: id).last?["text"] == #"{"action":"cancel"}"#
            }
        }
    }

    @Test("A heartbeat's answer tells that the worker stops, which takes the outcome in time", .deployment(.api))
    func drained() async throws {
        try await Endpoint.with { endpoint in
            let client = try await Deployment.current.client
            let worker = try await worker(for: endpoint, paths: ["async"], settings: ["SHUTDOWN_GRACE_SECONDS": "20"])
            let id = try await client.accepted("http.async", ["heartbeats": 1000])
            try await eventually(within: .seconds(30), "the job runs") {
                !endpoint.events("heartbeat", job: id).isEmpty
            }
            #expect(try await worker.stop(within: .seconds(25)) == .exited(0))
            let job = try await client.job(id)
            #expect(job["status"] == "SUCCEEDED" && job["attempts"] == 1, "\(job)")
            #expect(job["result"] == ["finishedAfter": "drain"])
        }
    }
}
