import JobsysJSON
import JobsysObservability
import JobsysTestKit
import Testing

@testable import JobsysCore

@Suite("Counting jobs", .quietLog, .timeLimit(.minutes(1)))
struct RunMeterTests {
    private let bench = JobBench()
    private let meter = RunMeter()

    @Test(
        "An attempt is counted by its end, once that is recorded",
        arguments: [
            (.succeeded("done"), "succeeded"), (.failed(JobFailure(.network, "away")), "retried"),
            (.failed(JobFailure(.validation, "wrong")), "dead_lettered"), (.interrupted, "handed_back"),
            (.cancelled, "cancelled"), (.leaseLost, "lost"),
        ] as [(JobOutcome, String)]
    )
    func ends(outcome: JobOutcome, end: String) async throws {
        let job = try await bench.submit()
        let delivery = try await bench.receive()
        let claim = Claim.sample(of: job, at: bench.clock.timestamp)
        guard case .claimed(let running) = try await bench.store.claim(claim) else {
            return #expect(Bool(false), "not claimed")
        }
        let run = Run(jobID: job.id, generation: 0, attempt: 1, owner: claim.owner)
        _ = try await bench.runner(meter: meter)
            .settle(.ended(outcome), of: delivery, round: 0, job: running, run: run)
        #expect(lines("jobsys_runs_total") == [#"jobsys_runs_total{type="task",end="\#(end)"} 1"#])
    }

    @Test("An outcome that finds the job with somebody else is counted as lost, and as nothing else")
    func lost() async throws {
        let job = try await bench.submit()
        let runner = bench.runner(meter: meter) { [bench] _, _ in
            bench.clock.advance(by: .seconds(3600))
            _ = try await bench.store.claim(.sample(of: job, messageID: "another", at: bench.clock.timestamp))
            return .succeeded("done")
        }
        try await runner.process(bench.receive())
        #expect(lines("jobsys_runs_total") == [#"jobsys_runs_total{type="task",end="lost"} 1"#])
    }

    @Test("The time of a run is from its start, and the wait before it from the submission")
    func times() async throws {
        try await bench.submit()
        bench.clock.advance(by: .seconds(40))
        let runner = bench.runner(meter: meter) { [bench] _, _ in
            bench.clock.advance(by: .seconds(2))
            return .succeeded("done")
        }
        try await runner.process(bench.receive())
        #expect(lines("jobsys_run_seconds_sum") == [#"jobsys_run_seconds_sum{type="task"} 2"#])
        #expect(lines("jobsys_wait_seconds_sum") == [#"jobsys_wait_seconds_sum{type="task"} 40"#])
        #expect(lines("jobsys_wait_seconds_bucket").contains(#"jobsys_wait_seconds_bucket{type="task",le="30"} 0"#))
    }

    @Test("Later attempts, and those after a redrive, are no waits")
    func laterAttempts() async throws {
        try await bench.submit()
        let runner = bench.runner(meter: meter) { _, _ in .failed(JobFailure(.network, "away", retryAfter: .zero)) }
        try await runner.process(bench.receive())
        bench.clock.advance(by: .seconds(1))
        try await runner.process(bench.receive())
        #expect(lines("jobsys_run_seconds_count") == [#"jobsys_run_seconds_count{type="task"} 2"#])
        #expect(lines("jobsys_wait_seconds_count") == [#"jobsys_wait_seconds_count{type="task"} 1"#])
    }

    @Test("Tickets are counted, those for new jobs and those that were given again")
    func submissions() async throws {
        let meter = SubmissionMeter()
        let submitter = JobSubmitter(
            store: bench.store,
            queue: bench.queue,
            meter: meter,
            now: { [clock = bench.clock] in
                clock.advance(by: .seconds(1))
                return clock.timestamp
            }
        )
        let submission = Submission(type: "task", payload: 1, idempotencyKey: "key")
        for _ in 0..<3 { _ = try await submitter.submit(submission, trace: .sample) }
        let other = Submission(type: "task", payload: 2, idempotencyKey: "key")
        _ = try await submitter.submit(other, trace: .sample)
        var page = MetricsPage()
        meter.report(to: &page)
        #expect(
            page.lines("jobsys_submissions_total") == [
                #"jobsys_submissions_total{type="task",ticket="new"} 1"#,
                #"jobsys_submissions_total{type="task",ticket="repeated"} 2"#,
            ]
        )
    }

    private func lines(_ prefix: String) -> [String] {
        var page = MetricsPage()
        meter.report(to: &page)
        return page.lines(prefix)
    }
}

extension MetricsPage {
    fileprivate func lines(_ prefix: String) -> [String] {
        text.split(separator: "\n").filter { $0.hasPrefix(prefix) }.map(String.init)
    }
}
