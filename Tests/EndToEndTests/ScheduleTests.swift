import FoundationEssentials
import Glibc
import HTTPTypes
import JobsysClient
import JobsysJSON
import Testing

@Suite("Schedules", .endToEnd, .deployment(.api, .worker, .worker), .timeLimit(.minutes(15)))
struct ScheduleTests {
    private func put(_ id: String, _ body: String) async throws -> JSONValue {
        let client = try await Deployment.current.client
        let answer = try await client.send(
            .put,
            "/schedules/\(id)",
            headers: [.contentType: "application/json"],
            body: body
        )
        #expect([200, 201].contains(answer.status), "\(answer)")
        return try answer.json(status: answer.status)
    }

    /// The jobs of a schedule, as the list has them.
    private func jobs(of id: String) async throws -> [JSONValue] {
        let list = try await Deployment.current.client.get("/jobs?limit=100").json(status: 200)
        return (list["jobs"]?.arrayValue ?? []).filter { $0["scheduleId"]?.stringValue == id }
    }

    @Test("A schedule's jobs run at its times, each once, though two workers are there")
    func fires() async throws {
        let schedule = try await put("often", #"{"type": "transform", "payload": {"text": "tick"}, "every": "2s"}"#)
        #expect(schedule["next"]?.arrayValue?.count == 5)
        try await eventually(within: .seconds(60), "five ticks fire") { try await jobs(of: "often").count >= 5 }
        let client = try await Deployment.current.client
        _ = try await client.send(.post, "/schedules/often/pause").json(status: 200)
        let fired = try await jobs(of: "often")
        let times = fired.compactMap { $0["scheduledFor"]?.stringValue }
        #expect(Set(times).count == times.count)
        for job in fired {
            let done = try await client.finishedJob(try job.text("jobId"), within: .seconds(20))
            #expect(done["status"] == "SUCCEEDED" && done["attempts"] == 1)
        }
        #expect(try await client.send(.delete, "/schedules/often").status == 204)
        #expect(try await client.get("/schedules/often").status == 404)
    }

    @Test("When the worker that fires is killed, another goes on, and each tick has one job")
    func killed() async throws {
        let deployment = try Deployment.current
        _ = try await put(
            "through",
            #"{"type": "transform", "payload": {"text": "tick"}, "every": "5s", "missed": "all"}"#
        )
        try await eventually(within: .seconds(60), "two ticks fire") { try await jobs(of: "through").count >= 2 }
        // Whichever leads has fired the last ones.
        let workers = deployment.started.filter { $0.service == .worker && $0.process.exitStatus == nil }
        let leader = try #require(workers.max { $0.lines("tick fired").count < $1.lines("tick fired").count })
        leader.process.signal(SIGKILL)
        try await deployment.start(.worker)
        let before = try await jobs(of: "through").count
        try await eventually(within: .seconds(90), "ticks fire again") {
            try await jobs(of: "through").count >= before + 8
        }
        let times = try await jobs(of: "through").compactMap { try? $0.time("scheduledFor") }.sorted()
        #expect(Set(times).count == times.count)
        for (first, second) in zip(times, times.dropFirst()) {
            #expect(second.timeIntervalSince(first) == 5, "a tick is missing between \(first) and \(second)")
        }
        _ = try await deployment.client.send(.delete, "/schedules/through")
    }

    @Test("A program in Swift makes a schedule, sees it, has it run, pauses and removes it")
    func client() async throws {
        let client = try JobClient(url: "http://\(try await Deployment.current.client.authority)")
        let name = JobName<[String: String]>("transform")
        let when = JobSchedule(.cron("0 2 * * *"), timeZone: "Europe/Berlin", overlap: .skip, jitter: .seconds(5))
        let schedule = try await client.setSchedule("by-client", name, ["text": "night"], when)
        #expect(schedule.id == "by-client" && schedule.type == "transform" && !schedule.isPaused)
        #expect(schedule.next.count == 5 && schedule.lastTick == nil)
        #expect(try await client.setSchedule("by-client", name, ["text": "night"], when).document == schedule.document)
        #expect(try await client.pauseSchedule("by-client").isPaused)
        let job = try await client.runSchedule("by-client")
        #expect(job.document["scheduleId"] == "by-client")
        #expect(try await client.wait(for: job.id, upTo: .seconds(20)).status == .succeeded)
        #expect(try await client.pauseSchedule("by-client", false).isPaused == false)
        #expect(try await client.schedules().contains { $0.id == "by-client" })
        try await client.deleteSchedule("by-client")
        let error = await #expect(throws: JobClientError.self) { try await client.schedule("by-client") }
        #expect(error?.kind == .notFound)
    }
}
