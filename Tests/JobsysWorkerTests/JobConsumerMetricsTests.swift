import JobsysCore
import JobsysObservability
import JobsysTestKit
import Testing

@testable import JobsysWorker

@Suite("What a consumer tells of itself")
struct JobConsumerMetricsTests {
    @Test("is its slots, and which types do not start; of the backlog nothing before the first receive")
    func metrics() async {
        let gate = TypeGate(policy: { _ in JobPolicy(breaker: JobPolicy.Breaker(failures: 1)) })
        _ = gate.verdict(on: "email")
        gate.note(.failed(JobFailure(.network, "away")), of: JobID(at: .sample), type: "email")
        let consumer = JobConsumer(
            lanes: [],
            store: InMemoryJobStore(),
            gate: gate,
            options: JobConsumer.Options(concurrency: 8)
        )
        consumer.slots.tryAcquire(upTo: 3)
        var page = MetricsPage()
        consumer.report(to: &page)
        #expect(
            page.text.split(separator: "\n").filter { !$0.hasPrefix("#") } == [
                "jobsys_worker_slots 8", "jobsys_worker_slots_taken 3",
                #"jobsys_type_shut{type="email",state="open"} 1"#,
            ]
        )
    }
}
