import JobsysCore
import JobsysObservability
import Testing

extension JobQueueRule {
    static let replacing = [
        JobQueueRule("a replaced message comes as another, with all that it carries and no receipt before") {
            subject async throws in
            var job = Job.sample()
            job.tenant = "acme"
            try await subject.sender.send(job, trace: .sample, after: .zero)
            let first = try await subject.next(visibility: .seconds(1))
            try await subject.queue.hide(first, for: .zero)
            let second = try await subject.next(visibility: .seconds(1))
            try await subject.queue.replace(second, after: .zero)
            let copy = try await subject.next()
            #expect(copy.messageID != first.messageID)
            #expect(copy.receiveCount == 1)
            #expect(copy.body == first.body)
            #expect(copy.trace == first.trace)
            #expect(copy.jobType == job.type)
            #expect(first.fairnessGroup == "acme")
            #expect(copy.fairnessGroup == "acme")
            try await subject.elapse(.seconds(2))
            #expect(try await subject.isEmpty())
        },
        JobQueueRule("a replaced message stays hidden for as long as it is to be") { subject async throws in
            try await subject.sender.send(Job.sample(), trace: nil, after: .zero)
            try await subject.queue.replace(try await subject.next(), after: .milliseconds(1500))
            #expect(try await subject.isEmpty())
            try await subject.elapse(.seconds(2))
            #expect(try await subject.next().receiveCount == 1)
        },
    ]
}
