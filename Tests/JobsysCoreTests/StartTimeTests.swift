import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

@Suite("The start of a job")
struct StartTimeTests {
    @Test("makes a job a scheduled one, unless it has come")
    func scheduled() {
        func job(_ start: StartTime?) -> Job {
            let submission = Submission(type: "task", payload: "p", start: start)
            return Job(submission, id: JobID(at: .sample), traceID: Job.sample().traceID, at: .sample)
        }
        #expect(job(nil).status == .pending)
        #expect(job(.after(.zero)).status == .pending)
        #expect(job(.at(.sample + .seconds(-1))).status == .pending)
        #expect(job(.at(.sample + .seconds(-1))).runAt == nil)
        #expect(job(.after(.seconds(30))).status == .scheduled)
        #expect(job(.after(.seconds(30))).runAt == .sample + .seconds(30))
        #expect(job(.after(.seconds(30))).awaitsPromotion == false)
        #expect(job(.after(.seconds(900))).awaitsPromotion == false)
        #expect(job(.after(.seconds(901))).awaitsPromotion == true)
    }
}
