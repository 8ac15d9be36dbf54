import JobsysHandlers
import JobsysTesting
import Synchronization
import Testing

struct Letter: Codable {
    var address: String
}

extension JobName<Letter> {
    static var letter: Self { JobName("letter.send") }
}

enum MailAnswer: Sendable {
    case accepted
    case busy(seconds: Int)
    case unreachable
}

protocol Mail: Sendable {
    func send(to address: String) async -> MailAnswer
}

struct LetterHandler: JobHandler {
    let name = JobName.letter
    let policy = JobPolicy(
        maxAttempts: 6,
        backoff: .init(standard: Backoff(base: .seconds(2), limit: .seconds(300))),
        timeout: .seconds(60),
        concurrency: 4,
        rate: 20
    )
    let mail: any Mail

    func run(_ letter: Letter, in context: JobContext) async throws {
        guard letter.address.contains("@") else {
            throw JobFailure(.validation, "/address has no @")
        }
        switch await mail.send(to: letter.address) {
        case .accepted: break
        case .busy(let seconds): throw JobFailure(.rateLimit, "the mail service is busy", retryAfter: .seconds(seconds))
        case .unreachable: throw JobFailure(.network, "the mail service is unreachable")
        }
    }
}

@Suite("The article of retries")
struct RetriesArticle {
    final class Answers: Mail {
        let answers: Mutex<[MailAnswer]>

        init(_ answers: [MailAnswer]) { self.answers = Mutex(answers) }

        func send(to address: String) async -> MailAnswer {
            answers.withLock { $0.isEmpty ? .accepted : $0.removeFirst() }
        }
    }

    @Test("has a handler whose failures are tried again as they say")
    func retries() async throws {
        var tester = JobTester()
        tester.register(LetterHandler(mail: Answers([.unreachable, .busy(seconds: 40)])))
        let run = try await tester.run(.letter, Letter(address: "ada@example.com"))
        #expect(run.ending == .succeeded(.null))
        #expect(run.attempts == 3)
        // Half of the first bound of the backoff, and what the mail service has asked for.
        #expect(run.elapsed == .seconds(41))
        let refused = try await tester.run(.letter, Letter(address: "ada"))
        #expect(refused.attempts == 1)
    }
}
