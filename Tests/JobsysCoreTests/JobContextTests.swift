import JobsysCore
import JobsysTestKit
import JobsysTime
import Synchronization
import Testing

@Suite("A handler's context")
struct JobContextTests {
    @Test(
        "Progress is passed on between 0 and 1",
        arguments: [(0.25, 0.25), (-1, 0), (1.5, 1), (.nan, 0), (.infinity, 1)] as [(Double, Double)]
    )
    func progress(said: Double, reported: Double) {
        let reports = Mutex<[String]>([])
        let context = JobContext(.sample()) { fraction, message in
            reports.withLock { $0.append("\(fraction) \(message ?? "-")") }
        }
        context.progress(said)
        context.progress(said, "halfway")
        #expect(reports.withLock(\.self) == ["\(reported) -", "\(reported) halfway"])
    }

    @Test("The deadline is the attempt's start and the type's timeout")
    func deadline() {
        let start = Timestamp(milliseconds: 1_000)
        #expect(JobContext(.sample(), timeout: .seconds(30), at: start).deadline == Timestamp(milliseconds: 31_000))
        #expect(JobContext(.sample(), at: start).deadline == nil)
    }

    @Test("The trace is the job's, and the sender's place in it only if that is of the same trace")
    func trace() {
        let job = Job.sample()
        let place = TraceContext(resuming: job.traceID).child()
        #expect(JobContext(job, trace: place).trace == place)
        #expect(JobContext(job, trace: .new()).trace == TraceContext(resuming: job.traceID))
    }
}
