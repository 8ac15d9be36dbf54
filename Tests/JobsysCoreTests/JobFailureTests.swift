import JobsysCore
import JobsysTestKit
import Testing

@Suite("Job failures")
struct JobFailureTests {
    @Test("A failure keeps what it is given")
    func plain() {
        let failure = JobFailure(.network, "no route to häß\n\u{1F600}", retryAfter: .seconds(3))
        #expect(failure.errorClass == .network)
        #expect(failure.message == "no route to häß\n\u{1F600}")
        #expect(failure.retryAfter == .seconds(3))
        #expect("\(failure)" == "NETWORK: no route to häß\n\u{1F600}")
    }

    @Test("A secret in the message is gone before anybody can read it")
    func redaction() {
        let failure = JobFailure(.system, "login with password=hunter2 failed")
        #expect(!failure.message.contains("hunter2"))
        #expect(failure.message.contains("password="))
        #expect(failure.message.contains("failed"))
        #expect(!"\(failure)".contains("hunter2"))
        #expect(!"\(Job.RecordedFailure(failure, at: .sample))".contains("hunter2"))
    }

    @Test(
        "A message of 1024 bytes is whole, a longer one is cut between characters and marked",
        arguments: ["x", "é", "😀"]
    )
    func cut(character: String) {
        let width = character.utf8.count
        let fits = String(repeating: character, count: 1024 / width)
        #expect(JobFailure(.system, fits).message == fits)
        let message = JobFailure(.system, fits + character).message
        #expect(message.hasSuffix("…"))
        #expect(message.utf8.count <= 1024)
        #expect(message.utf8.count > 1024 - 3 - width)
        #expect(message.dropLast().allSatisfy { String($0) == character })
    }

    @Test("Control characters are replaced, line ends and tabs kept, and no message says so")
    func shown() {
        #expect(JobFailure(.system, "\u{1B}[31mred\0\u{FFFE}\n\t.").message == "\u{FFFD}[31mred\u{FFFD}\u{FFFD}\n\t.")
        #expect(JobFailure(.system, "").message == "(no message)")
    }

    @Test("A recorded failure is the failure and its instant")
    func recorded() {
        let recorded = Job.RecordedFailure(JobFailure(.rateLimit, "slow down"), at: .sample)
        #expect(recorded == Job.RecordedFailure(errorClass: .rateLimit, message: "slow down", at: .sample))
    }
}
