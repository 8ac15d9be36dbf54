import HTTPTypes
import JobsysAWS
import JobsysJSON
import Testing

@Suite("The figures of a run", .endToEnd, .timeLimit(.minutes(15)))
struct FigureTests {
    @Test(
        "are those of the table: as many jobs were accepted, succeeded, failed and were cancelled as are there",
        .deployment(.api, .worker, .dlqHandler)
    )
    func audit() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        var ids: [String] = []
        for number in 0..<20 {
            ids.append(try await client.accepted("transform", ["text": .string("hello \(number)")]))
        }
        for errorClass in ["VALIDATION", "SYSTEM"] {
            ids.append(try await client.accepted("drill", ["rate": 1, "class": .string(errorClass)], maxAttempts: 2))
        }
        // Asked for twice, it is one job.
        for _ in 0..<2 { _ = try await client.submit("transform", ["text": "again"], key: "again") }
        let hung = try await client.accepted("drill", ["hang": true])
        _ = try await eventually(within: .seconds(30), "the job runs") {
            try await client.job(hung)["status"] == "RUNNING"
        }
        _ = try await client.send(.post, "/jobs/\(hung)/cancel")
        for id in ids + [hung] { _ = try await client.finishedJob(id, within: .seconds(60)) }
        let redriven = try await client.send(
            .post,
            "/jobs/\(ids[20])/redrive",
            headers: [.contentType: "application/json"],
            body: #"{"payload": {"rate": 0}}"#
        )
        #expect(redriven.status == 202, "\(redriven)")
        #expect(try await client.finishedJob(ids[20], within: .seconds(60))["status"] == "SUCCEEDED")
        // What a process that stops has counted is not lost.
        for service in deployment.started { #expect(try await service.stop(within: .seconds(10)) == .exited(0)) }

        var (jobs, hours, minutes) = ([String: [String: Int]](), [String: Int](), [String: Int]())
        let scan = DynamoDB.Scan(table: deployment.plane.table.name)
        for try await page in deployment.plane.aws.client.pages(of: scan) {
            for item in page.items {
                guard let key = item["PK"]?.string else { continue }
                if key.hasPrefix("JOB#"), let type = item["type"]?.string, let status = item["status"]?.string {
                    jobs[type, default: [:]][status, default: 0] += 1
                } else if key.hasPrefix("STATS#") {
                    for (name, value) in item where name.contains("#") && !name.hasPrefix("from#") {
                        // An hour's name ends with the hour.
                        let isHour = key.count == "STATS#2026-11-29T09".count
                        if isHour { hours[name, default: 0] += value.int ?? 0 }
                        if !isHour { minutes[name, default: 0] += value.int ?? 0 }
                    }
                }
            }
        }
        #expect(
            jobs == ["transform": ["SUCCEEDED": 21], "drill": ["SUCCEEDED": 1, "FAILED_FINAL": 1, "CANCELLED": 1]]
        )
        #expect(hours == minutes)
        let counts = hours.filter {
            !$0.key.hasPrefix("run.") && !$0.key.hasPrefix("wait.") && !$0.key.hasPrefix("started")
        }
        #expect(
            counts == [
                "accepted#transform": 21, "succeeded#transform": 21, "accepted#drill": 3, "succeeded#drill": 1,
                "failed#drill": 2, "error.VALIDATION#drill": 1, "error.SYSTEM#drill": 1, "retried#drill": 1,
                "cancelled#drill": 1, "redriven#drill": 1,
            ]
        )
        let runs = hours.filter { $0.key.hasPrefix("run.") && $0.key.hasSuffix("#transform") }
        #expect(runs.values.reduce(0, +) == 21)
    }

    @Test(
        "cost a process that has nothing to do no write, and a page that is looked at ends when the service stops",
        .deployment(.api)
    )
    func idle() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        async let stream = client.get("/console/events?page=/console/jobs")
        // Time enough for the request to arrive, and for a flush.
        try await Task.sleep(for: .seconds(12))
        let api = try deployment.running(.api)
        #expect(try await api.stop(within: .seconds(5)) == .exited(0))
        let answer = try await stream
        #expect(answer.status == 200 && answer.text.contains("event: page\n"))
        let scan = DynamoDB.Scan(table: deployment.plane.table.name)
        for try await page in deployment.plane.aws.client.pages(of: scan) {
            #expect(page.items.allSatisfy { $0["PK"]?.string?.hasPrefix("STATS#") != true })
        }
    }
}
