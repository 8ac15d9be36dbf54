import FoundationEssentials
import JobsysJSON
import Testing

@Suite(
    "jobctl",
    .endToEnd,
    // The jobs here fail in a row on purpose, and must not be kept from failing.
    .deployment(.api, .worker, .dlqHandler, settings: ["WORKER_BREAKER_FAILURES": "1000"]),
    .timeLimit(.minutes(15))
)
struct JobctlTests {
    @Test("submits a job, waits for it, shows and lists it")
    func submits() async throws {
        let jobctl = try await Jobctl.current
        let submitted = try await jobctl.run("submit", "transform", "--payload", #"{"text":"hello"}"#, "--wait")
        #expect(submitted.status == .exited(0))
        let job = try #require(try submitted.documents.first)
        // Before it, there may be a word that no worker is known yet.
        let notice = "jobctl: submitted job \(try job.text("jobId")), waiting until it is over\n"
        #expect(submitted.errors.hasSuffix(notice))
        #expect(job["status"] == "SUCCEEDED")
        #expect(job["result"]?["text"] == "HELLO")

        let id = try job.text("jobId")
        #expect(try await jobctl.run("show", id).documents == [job])
        try await eventually(within: .seconds(10), "the job is listed") {
            let listed = try await jobctl.run("list", "--type", "transform", "--status", "SUCCEEDED")
            return try listed.documents.contains(job.removing("result"))
        }
        let table = try await jobctl.run("list", "--type", "transform", "--output", "table")
        #expect(table.output.hasPrefix("JOB "))
        #expect(table.output.contains(id))
        #expect(try await jobctl.run("cancel", id).status == .exited(1))
    }

    @Test("submits the lines of a file, says which are wrong, and makes no job twice when it is run again")
    func submitsFile() async throws {
        let jobctl = try await Jobctl.current
        let file = "\(try LogFolder.make("files"))/\(UUID().uuidString).ndjson"
        func text(_ third: String) -> String {
            (1...250).map { $0 == 3 ? third : #"{"type":"drill","payload":{"sleepMs":\#($0)}}"# }
                .joined(separator: "\n")
        }
        try text(#"{"type":"No Such","payload":1}"#).write(toFile: file, atomically: false, encoding: .utf8)
        let first = try await jobctl.run("submit", "--file", file)
        #expect(first.status == .exited(1))
        #expect(first.errors == "jobctl: 249 submitted, 0 were there already, 1 failed\n")
        let lines = try first.documents
        #expect(lines.map { $0["line"]?.intValue } == Array(1...250))
        #expect(lines[2]["outcome"] == "failed")
        #expect(lines[2]["reason"]?.stringValue?.contains("; /type: must be a string of 1 to 64") == true)

        // As one would: mend the line, and run it again.
        try text(#"{"type":"drill","payload":{"sleepMs":3}}"#)
            .write(toFile: file, atomically: false, encoding: .utf8)
        let second = try await jobctl.run("submit", "--file", file)
        #expect(second.status == .exited(0))
        #expect(second.errors == "jobctl: 1 submitted, 249 were there already, 0 failed\n")
        let jobs = try second.documents.map { try $0.text("jobId") }
        #expect(Set(jobs).count == 250)
        #expect(Set(try lines.compactMap { $0["jobId"] == nil ? nil : try $0.text("jobId") }).isSubset(of: jobs))
        for job in [jobs[0], jobs[2], jobs[249]] {
            let shown = try await jobctl.run("show", job, "--wait")
            #expect(try shown.documents.first?["status"] == "SUCCEEDED")
        }

        let third = try await jobctl.run("submit", "--file", file)
        #expect(third.errors.contains("0 submitted, 250 were there already, 0 failed\njobctl: to make new jobs of"))
        let piped = try await jobctl.shell(
            "jobctl submit --file - <'\(file)' && jobctl submit --file - --run r <'\(file)'"
        )
        #expect(piped.status == .exited(0))
        #expect(piped.errors.contains("jobctl: to send the same lines again without making a job twice: --run "))
        #expect(try piped.documents.filter { $0["outcome"] == "submitted" }.count == 500)
    }

    @Test("redrives what failed: it says what it would do, does it, and does it once")
    func redrivesAll() async throws {
        let jobctl = try await Jobctl.current
        var ids: Set<String> = []
        for _ in 0..<3 {
            let failed = try await jobctl.run(
                "submit",
                "drill",
                "--payload",
                #"{"class":"NETWORK"}"#,
                "--max-attempts",
                "1",
                "--wait"
            )
            #expect(failed.status == .exited(1))
            ids.insert(try #require(try failed.documents.first).text("jobId"))
        }
        try await eventually(within: .seconds(20), "the incidents are listed") {
            try await jobctl.run("incidents", "--class", "NETWORK", "--type", "drill").documents.count == 3
        }

        let dryRun = try await jobctl.run("redrive", "--all", "--class", "NETWORK", "--type", "drill", "--dry-run")
        #expect(dryRun.status == .exited(0))
        #expect(try Set(dryRun.documents.map { try $0.text("jobId") }) == ids)
        #expect(try dryRun.documents.allSatisfy { $0["outcome"] == "would redrive" })
        #expect(dryRun.errors == "jobctl: 3 would be redriven, 0 skipped, 0 failed\n")
        let done = try await jobctl.run("redrive", "--all", "--class", "NETWORK", "--rate", "100")
        #expect(done.status == .exited(0))
        #expect(done.errors == "jobctl: 3 redriven, 0 skipped, 0 failed\n")

        for id in ids {
            let shown = try await jobctl.run("show", id, "--wait")
            #expect(shown.status == .exited(1))
            #expect(try shown.documents.first?["status"] == "FAILED_FINAL")
            #expect(try shown.documents.first?["generation"] == 1)
        }
        let mended = try await jobctl.run("redrive", try #require(ids.first), "--payload", #"{"failTimes":0}"#)
        #expect(mended.status == .exited(0))
        let shown = try await jobctl.run("show", try #require(ids.first), "--wait")
        #expect(shown.status == .exited(0))
        #expect(try shown.documents.first?["generation"] == 2)
    }

    @Test("says what was refused, that nobody answers, and what is a wrong use, each with an exit code of its own")
    func failures() async throws {
        let jobctl = try await Jobctl.current
        let unknown = try await jobctl.run("show", "x")
        #expect(unknown.status == .exited(1))
        #expect(unknown.output == "")
        #expect(unknown.errors.hasPrefix("jobctl: 404: There is no job of this id. (request "))
        let refused = try await jobctl.run("submit", "No Such", "--payload", "1")
        #expect(refused.status == .exited(1))
        #expect(refused.errors.contains("\n  /type: must be a string of 1 to 64"))
        let silent = try await Jobctl(url: "http://127.0.0.1:1").run("list", "--retry-seconds", "1")
        #expect(silent.status == .exited(69))
        #expect(silent.errors.hasPrefix("jobctl: http://127.0.0.1:1 does not answer: "))
        #expect(try await jobctl.run("redrive").status == .exited(64))
        #expect(try await Jobctl(url: "nowhere").run("list").status == .exited(64))
        #expect(try await jobctl.run("--help").output.contains("JOBSYS_URL"))
    }
}
