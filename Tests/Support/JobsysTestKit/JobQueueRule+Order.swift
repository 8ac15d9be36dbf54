import JobsysCore
import JobsysObservability
import Testing

extension JobQueueRule {
    /// Every rule that a queue which keeps an order must keep.
    public static let ordered = [
        JobQueueRule("of one key the next comes when the one before it is gone") { subject async throws in
            let jobs = try await subject.sendOrdered(3, key: "a")
            for job in jobs {
                let delivery = try await subject.next()
                #expect(delivery.body == job.message.body)
                #expect(delivery.orderingKey == "a")
                #expect(delivery.jobType == job.type)
                #expect(try await subject.receiveOne() == nil)
                try await subject.queue.delete(delivery)
            }
            #expect(try await subject.isEmpty())
        },
        JobQueueRule("a hidden message holds up its key, and no other") { subject async throws in
            let held = try await subject.sendOrdered(2, key: "a")
            let free = try await subject.sendOrdered(1, key: "b")
            let first = try await subject.next()
            #expect(first.body == held[0].message.body)
            try await subject.queue.hide(first, for: .seconds(2))
            let other = try await subject.next()
            #expect(other.body == free[0].message.body)
            #expect(try await subject.receiveOne() == nil)
            try await subject.elapse(.milliseconds(2500))
            let again = try await subject.next()
            #expect(again.messageID == first.messageID)
            #expect(again.receiveCount == 2)
        },
        JobQueueRule("a key of one tenant does not hold up the same key of another") { subject async throws in
            _ = try await subject.sendOrdered(2, key: "a")
            let longest = String(repeating: "k", count: Submission.orderingKeyLimit)
            for (tenant, key) in [("acme", "a"), ("other", "a"), ("acme", longest)] {
                _ = try await subject.sendOrdered(2, key: key, tenant: tenant)
            }
            var groups: Set<String?> = []
            while let delivery = try await subject.receiveOne() { groups.insert(delivery.orderingKey) }
            #expect(groups.count == 4 && groups.contains("a") && !groups.contains(nil))
        },
        JobQueueRule("a message that comes back is the first of its key still, and the others were not received") {
            subject async throws in
            let jobs = try await subject.sendOrdered(2, key: "a")
            try await subject.queue.hide(try await subject.next(), for: .zero)
            let again = try await subject.next()
            #expect(again.body == jobs[0].message.body)
            try await subject.queue.delete(again)
            #expect(try await subject.next().receiveCount == 1)
        },
        JobQueueRule("a job that is sent twice comes once, and once more if it is sent again") { subject async throws in
            let job = try await subject.sendOrdered(1, key: "a")[0]
            try await subject.sender.send(job, trace: .sample, after: .zero)
            try await subject.queue.delete(try await subject.next())
            #expect(try await subject.isEmpty())
            for _ in 1...2 {
                try await subject.sender.sendAgain(job, trace: .sample)
                let delivery = try await subject.next()
                #expect(delivery.body == job.message.body)
                try await subject.queue.delete(delivery)
            }
        },
        JobQueueRule("the next generation of a job is no repetition") { subject async throws in
            let job = try await subject.sendOrdered(1, key: "a")[0]
            try await subject.queue.delete(try await subject.next())
            try await subject.sender.send(job.redriven(with: nil, at: .sample), trace: .sample, after: .zero)
            #expect(try JobMessage(body: try await subject.next().body).generation == 1)
        },
        JobQueueRule("a dead letter keeps its key") { subject async throws in
            let run = Run(jobID: Job.sample().id, generation: 0, attempt: 1, owner: "one")
            var letter = DeadLetter.sample(failure: JobFailure(.system, "broken"), run: run)
            letter.orderingKey = "a"
            try await subject.deadLetters.send(letter)
            let delivery = try await subject.nextDeadLetter()
            #expect(delivery.orderingKey == "a")
            #expect(delivery.deadLetterReason == letter.reason)
            try await subject.deadLetterQueue.delete(delivery)
        },
    ]
}

extension QueueSubject {
    /// Sends jobs of a key, one after the other.
    fileprivate func sendOrdered(
        _ count: Int,
        key: String,
        tenant: String = Submission.defaultTenant
    ) async throws -> [Job] {
        var jobs: [Job] = []
        for _ in 0..<count {
            var job = Job.sample(orderingKey: key)
            job.tenant = tenant
            try await sender.send(job, trace: .sample, after: .zero)
            jobs.append(job)
        }
        return jobs
    }

    /// The message that can be received right now, if any.
    fileprivate func receiveOne() async throws -> Delivery? {
        try await queue.receive(upTo: 1, wait: .zero, visibility: .seconds(60)).first
    }
}
