import JobsysCore
import JobsysObservability
import Testing

extension JobQueueRule {
    static let deadLetters = [
        JobQueueRule("a dead letter carries its reason") { subject async throws in
            let job = Job.sample()
            let run = Run(jobID: job.id, generation: 3, attempt: 7, owner: "one")
            let failure = JobFailure(.rateLimit, "too many")
            let letter = DeadLetter.sample(body: job.message.body, failure: failure, run: run)
            try await subject.deadLetters.send(letter)
            let delivery = try await subject.nextDeadLetter()
            #expect(delivery.body == letter.body)
            #expect(delivery.trace == .sample)
            #expect(delivery.deadLetterReason == letter.reason)
            #expect(try await subject.isEmpty())
        },
        JobQueueRule("a dead letter of no run and no trace carries what it has") { subject async throws in
            var letter = DeadLetter.sample(body: "not JSON at all", failure: JobFailure(.validation, "not JSON"))
            letter.trace = nil
            try await subject.deadLetters.send(letter)
            let delivery = try await subject.nextDeadLetter()
            #expect(delivery.body == letter.body)
            #expect(delivery.trace == nil)
            #expect(delivery.deadLetterReason == letter.reason)
        },
        JobQueueRule("a dead letter of every class keeps it") { subject async throws in
            for errorClass in ErrorClass.allCases {
                let letter = DeadLetter.sample(failure: JobFailure(errorClass, "broken"))
                try await subject.deadLetters.send(letter)
                let delivery = try await subject.nextDeadLetter()
                #expect(delivery.deadLetterReason?.failure.errorClass == errorClass)
                try await subject.deadLetterQueue.delete(delivery)
            }
        },
        JobQueueRule("a failure's message survives, whatever it is made of") { subject async throws in
            // Queues refuse most control characters, but a failure's message may be any program's output.
            let texts = [
                "häß \u{1F600} \u{202E}right to left", #"{"a": "b\"c\\"}"#, "one\ntwo\r\n\tthree", " spaces ", "",
                "\u{1B}[31mred\u{1B}[0m \u{0}", "\u{FFFE}\u{FFFF}", String(repeating: "é", count: 600),
            ]
            for text in texts {
                let letter = DeadLetter.sample(failure: JobFailure(.unknown, text))
                try await subject.deadLetters.send(letter)
                let delivery = try await subject.nextDeadLetter()
                #expect(delivery.deadLetterReason == letter.reason)
                try await subject.deadLetterQueue.delete(delivery)
            }
        },
        JobQueueRule("a message received too often becomes a dead letter without a reason") { subject async throws in
            guard let maxReceiveCount = subject.maxReceiveCount else { return }
            let job = Job.sample()
            try await subject.sender.send(job, trace: .sample, after: .zero)
            for count in 1...maxReceiveCount {
                let delivery = try await subject.next()
                #expect(delivery.receiveCount == count)
                try await subject.queue.hide(delivery, for: .zero)
            }
            #expect(try await subject.isEmpty())
            let letter = try await subject.nextDeadLetter()
            #expect(letter.body == job.message.body)
            #expect(letter.trace == .sample)
            #expect(letter.deadLetterReason == nil)
            #expect(try await subject.isEmpty())
        },
    ]
}

extension DeadLetter {
    /// A letter in the sample's trace.
    static func sample(
        body: String = Job.sample().message.body,
        failure: JobFailure,
        run: Run? = nil
    ) -> DeadLetter {
        let reason = Reason(failure: failure, messageID: "b1c2-\(body.utf8.count)", run: run)
        return DeadLetter(body: body, reason: reason, trace: .sample)
    }
}
