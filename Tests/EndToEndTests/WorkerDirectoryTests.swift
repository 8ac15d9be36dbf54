import FoundationEssentials
import Glibc
import HTTPTypes
import JobsysJSON
import Testing

@Suite("Workers and types", .endToEnd, .timeLimit(.minutes(15)))
struct WorkerDirectoryTests {
    @Test(
        "Jobs of a paused type do not start and count no attempt, whatever worker comes; resumed, all succeed",
        .deployment(.api, .worker, settings: ["WORKER_CONCURRENCY": "2"])
    )
    func pause() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        let jobctl = try await Jobctl.current
        let paused = try await jobctl.run("pause", "transform", "--reason", "the shop is down", "--by", "ada")
        #expect(paused.status == .exited(0), "\(paused.errors)")
        let worker = try deployment.running(.worker)
        let heard = "operators have changed what goes for jobs of the type"
        try await eventually(within: .seconds(15), "the worker hears of it") { worker.lines(heard).count == 1 }

        var ids: [String] = []
        for number in 0..<10 {
            let payload: JSONValue = ["text": .string("job \(number)")]
            ids.append(try await client.accepted("transform", payload, orderingKey: number < 3 ? "key" : nil))
        }
        // One that starts now knows of the pause before it takes a job.
        try await deployment.start(.worker)
        let other = try await client.accepted("drill", ["sleepMs": 0])
        #expect(try await client.finishedJob(other, within: .seconds(20))["status"] == "SUCCEEDED")
        try await Task.sleep(for: .seconds(8))
        for id in ids {
            let job = try await client.job(id)
            #expect(job["status"] == "PENDING" && job["attempts"] == 0 && job["startedAt"] == nil, "\(job)")
            #expect(job["waiting"]?["reason"] == "paused", "\(job)")
            #expect(try job["waiting"]?.text("detail").hasSuffix("by ada: the shop is down") == true, "\(job)")
        }
        let ready = try await worker.client().get("/readyz").json(status: 200)
        #expect(ready["details"]?["pausedTypes"] == ["transform"])

        #expect(try await jobctl.run("resume", "transform").documents.first?["paused"] == false)
        for id in ids {
            let job = try await client.finishedJob(id, within: .seconds(60))
            #expect(job["status"] == "SUCCEEDED" && job["attempts"] == 1 && job["waiting"] == nil, "\(job)")
        }
        #expect(try await deployment.plane.deadLetters.count() == 0)
    }

    @Test("A worker that is killed vanishes within a minute, one that is stopped at once", .deployment(.api))
    func vanishing() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        func workers() async throws -> [JSONValue] {
            try await client.get("/workers").json(status: 200)["workers"]?.arrayValue ?? []
        }
        func types() async throws -> JSONValue? {
            try await client.get("/types").json(status: 200)["types"]?.arrayValue?.first { $0["type"] == "transform" }
        }
        #expect(try await workers() == [])
        let killed = try await deployment.start(.worker, ["DRILL": "off", "WORKER_CONCURRENCY": "3"])
        let first = try await eventually(within: .seconds(15), "the first is listed") { try await workers().first }
        #expect(first["types"] == ["transform"])
        #expect(first["slots"] == 3 && first["busy"] == 0 && first["draining"] == false, "\(first)")
        let stopped = try await deployment.start(.worker, ["SHUTDOWN_GRACE_SECONDS": "20"])
        try await eventually(within: .seconds(15), "both are listed") { try await workers().count == 2 }
        #expect(try await types()?["workers"] == 2)

        // Before the kill: a message could go to the open receive of the one that is gone.
        let id = try await client.accepted("drill", ["sleepMs": 6000])
        try await eventually(within: .seconds(20), "it runs") { try await client.job(id)["status"] == "RUNNING" }
        killed.process.signal(SIGKILL)
        stopped.process.signal(SIGTERM)
        try await eventually(within: .seconds(3), "the second says that it drains") {
            try await workers().contains { $0["draining"] == true && $0["busy"] == 1 }
        }
        #expect(try await stopped.process.exitStatus(within: .seconds(30)) == .exited(0))
        // At once: it took itself off before it ended.
        #expect(try await workers().filter { $0["workerId"] != first["workerId"] } == [])
        #expect(try await client.finishedJob(id, within: .seconds(5))["status"] == "SUCCEEDED")

        try await eventually(within: .seconds(60), "the first is gone") { try await workers() == [] }
        #expect(try await types()?["workers"] == 0)
        #expect(try await types()?["lastOfferedAt"] != nil)
    }

    @Test(
        "A limit holds at run time, more or less than there was, and goes when it is removed",
        .deployment(.api, .worker)
    )
    func limits() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        let jobctl = try await Jobctl.current
        let worker = try deployment.running(.worker)
        func limit(_ concurrency: String, heard count: Int) async throws {
            let answer = try await jobctl.run("limit", "drill", "--concurrency", concurrency)
            #expect(answer.status == .exited(0), "\(answer.errors)")
            try await eventually(within: .seconds(15), "the worker hears of it") {
                worker.lines("operators have changed what goes for jobs of the type").count == count
            }
        }
        try await limit("1", heard: 1)
        var ids: [String] = []
        for _ in 0..<4 { ids.append(try await client.accepted("drill", ["sleepMs": 1500])) }
        var most = 0
        try await eventually(within: .seconds(90), "one after the other has run") {
            var running = 0
            var done = 0
            for id in ids {
                let status = try await client.job(id)["status"]
                if status == "RUNNING" { running += 1 }
                if status == "SUCCEEDED" { done += 1 }
            }
            most = max(most, running)
            return done == ids.count
        }
        #expect(most == 1)
        for id in ids { #expect(try await client.job(id)["attempts"] == 1) }
        try await limit("none", heard: 2)
        for _ in 0..<4 { ids.append(try await client.accepted("drill", ["sleepMs": 6000])) }
        try await eventually(within: .seconds(20), "several run at once") {
            var running = 0
            for id in ids.suffix(4) where try await client.job(id)["status"] == "RUNNING" { running += 1 }
            return running >= 2
        }
        for id in ids { #expect(try await client.finishedJob(id, within: .seconds(30))["status"] == "SUCCEEDED") }
    }

    @Test(
        "A type that no worker offers is accepted with a warning, or refused, and told of by the job",
        .deployment(.api)
    )
    func noWorker() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        let answer = try await eventually(within: .seconds(15), "the API knows that there is no worker") {
            let answer = try await client.submit("transform", ["text": "hello"])
            #expect(answer.status == 202)
            return try answer.json["noWorker"] == true ? answer : nil
        }
        #expect(answer.headers[.jobsysWarning] == "no worker offers jobs of type transform")
        let id = try answer.json.text("jobId")
        #expect(try await client.job(id)["waiting"]?["reason"] == "noWorker")

        let strict = try await deployment.start(.api, ["UNKNOWN_TYPES": "refuse"]).client()
        let refusal = try await eventually(within: .seconds(15), "the other API refuses it") {
            let answer = try await strict.submit("transform", ["text": "hello"])
            return answer.status == 422 ? answer : nil
        }
        #expect(try refusal.json["type"] == "urn:jobsys:problem:no-worker")

        try await deployment.start(.worker)
        #expect(try await client.finishedJob(id, within: .seconds(30))["status"] == "SUCCEEDED")
        try await eventually(within: .seconds(15), "both know of the worker") {
            let known = try await client.submit("transform", ["text": "hello"])
            let taken = try await strict.submit("transform", ["text": "hello"])
            return try known.json["noWorker"] == nil && taken.status == 202
        }
    }

    @Test("With a table of an older deployment jobs run, and what cannot be told is said clearly", .deployment(.api))
    func olderTable() async throws {
        let deployment = try Deployment.current
        let (client, plane) = (try await deployment.client, deployment.plane)
        try await plane.aws.commandLine(
            "dynamodb",
            "update-table",
            "--table-name",
            plane.table.name,
            "--global-secondary-index-updates",
            #"[{"Delete":{"IndexName":"directory"}}]"#
        )
        let worker = try await deployment.start(.worker)
        let id = try await client.accepted("transform", ["text": "hello"])
        #expect(try await client.finishedJob(id, within: .seconds(30))["status"] == "SUCCEEDED")
        for (method, path) in [
            (HTTPRequest.Method.get, "/workers"), (.get, "/types"), (.post, "/types/transform/pause"),
        ] {
            let problem = try await client.send(method, path).json(status: 503)
            #expect(problem["type"] == "urn:jobsys:problem:no-directory")
            #expect(try problem.text("detail").contains("infra/cloudformation/data-plane.yaml"))
        }
        try await Task.sleep(for: .seconds(6))
        let failure = "what operators say about types cannot be read: what was read last holds"
        #expect(worker.lines(failure).map { $0["level"] } == ["warning"])
        // The first may know yet how it was when there was an index; one that starts now knows nothing.
        let late = try await deployment.start(.api).client()
        for client in [client, late] {
            try await eventually(within: .seconds(20), "nothing is said of workers that cannot be read") {
                let answer = try await client.submit("nobody", [:])
                #expect(answer.status == 202)
                return try answer.json["noWorker"] == nil
            }
        }
        #expect(try await worker.stop(within: .seconds(20)) == .exited(0))
    }

    @Test("jobctl lists workers and types, in a table too, and says what is refused", .deployment(.api, .worker))
    func commandLine() async throws {
        let jobctl = try await Jobctl.current
        let worker = try await eventually(within: .seconds(15), "the worker is listed") {
            try await jobctl.run("workers").documents.first
        }
        let table = try await jobctl.run("workers", "--output", "table")
        #expect(table.output.hasPrefix("WORKER "))
        #expect(table.output.contains(try worker.text("workerId")))
        #expect(try await jobctl.run("limit", "drill", "--rate", "5").documents.first?["limits"] == ["rate": 5])
        let unknown = try await jobctl.run("pause", "report.build", "--by", "ada")
        #expect(unknown.status == .exited(0))
        #expect(unknown.errors == "jobctl: no worker offers jobs of type report.build now\n")
        let types = try await jobctl.run("types", "--output", "table").output
        #expect(types.hasPrefix("TYPE "))
        for name in ["drill", "transform", "report.build"] { #expect(types.contains(name)) }
        #expect(types.contains(" by ada"))
        #expect(
            try await jobctl.run("types").documents.map { try $0.text("type") } == [
                "drill", "report.build", "transform",
            ]
        )
        let refused = try await jobctl.run("limit", "drill", "--rate", "1000000")
        #expect(refused.status == .exited(1))
        #expect(refused.errors.contains("must be a whole number from 1 to 100000, or null"), "\(refused.errors)")
        #expect(try await jobctl.run("resume", "nobody").status == .exited(1))
    }
}
