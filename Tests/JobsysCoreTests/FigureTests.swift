import JobsysTestKit
import JobsysTime
import Testing

@testable import JobsysCore

@Suite("Figures", .quietLog, .timeLimit(.minutes(1)))
struct FigureTests {
    private let store = InMemoryFigureStore()
    private let counter = FigureCounter(process: "one")
    private let minute = FigureSlot(.minute, of: .sample)
    private let hour = FigureSlot(.hour, of: .sample)
    private let away = DependencyError(dependency: "memory", code: "Away", message: "away", isTransient: true)

    @Test("A slot begins with its minute or hour, and its name sorts with it")
    func slots() throws {
        let instant = try #require(Timestamp("2026-11-29T09:16:29.500Z"))
        let slot = FigureSlot(.minute, of: instant)
        #expect(slot.name == "2026-11-29T09:16")
        #expect("\(slot.start)" == "2026-11-29T09:16:00.000Z" && "\(slot.end)" == "2026-11-29T09:17:00.000Z")
        #expect(FigureSlot(.hour, of: instant).name == "2026-11-29T09")
        let last = FigureSlot.last(3, .hour, until: instant).map(\.name)
        #expect(last == ["2026-11-29T07", "2026-11-29T08", "2026-11-29T09"])
        #expect(FigureSlot(.minute, of: slot.end) > slot && FigureSlot(.minute, of: slot.start) == slot)
    }

    @Test("What is counted goes to its minute and its hour, and each flush adds what is new")
    func adds() async throws {
        counter.note(.event(.accepted), of: "http", at: .sample)
        counter.note(.event(.succeeded), .run(.milliseconds(30)), of: "http", at: .sample)
        await counter.flush(to: store)
        await counter.flush(to: store)
        counter.note(.event(.accepted), of: "http", at: minute.end)
        await counter.flush(to: store)
        let next = FigureSlot(.minute, of: minute.end)
        let found = try await store.figures(of: [minute, hour, next])
        let first: [Figure: Int] = [.event(.accepted): 1, .event(.succeeded): 1, .run(upTo: 50): 1]
        #expect(found[minute] == Figures(["http": first]))
        #expect(found[next] == Figures(["http": [.event(.accepted): 1]]))
        #expect(found[hour] == Figures(["http": first.merging([.event(.accepted): 1], uniquingKeysWith: +)]))
    }

    @Test(
        "What cannot be added is kept, and is added once, whether the addition was lost or its answer",
        arguments: [true, false]
    )
    func outage(losesAnswersOnly: Bool) async throws {
        store.fail(with: away, losingAnswersOnly: losesAnswersOnly)
        for _ in 0..<3 {
            counter.note(.event(.accepted), of: "http", at: .sample)
            await counter.flush(to: store)
        }
        store.fail(with: nil)
        // The first one repeats what may have been added, the second one adds what came since.
        for _ in 0..<2 { await counter.flush(to: store) }
        let found = try await store.figures(of: [minute, hour])
        #expect(found.mapValues { $0.count(.accepted) } == [minute: 3, hour: 3])
    }

    @Test("What the store refuses is dropped, and holds nothing up")
    func refused() async throws {
        let refusal = DependencyError(
            dependency: "memory",
            code: "No",
            message: "no",
            isTransient: false,
            refusesRequest: true
        )
        store.fail(with: refusal)
        counter.note(.event(.accepted), of: "http", at: .sample)
        await counter.flush(to: store)
        store.fail(with: nil)
        counter.note(.event(.failed), of: "http", at: .sample)
        await counter.flush(to: store)
        #expect(try await store.figures(of: [minute]) == [minute: Figures(["http": [.event(.failed): 1]])])
    }

    @Test("An outage of days keeps so many slots and no more, the hours and the newest minutes among them")
    func bound() async throws {
        store.fail(with: away)
        let minutes = 48 * 60
        for number in 0..<minutes {
            counter.note(.event(.accepted), of: "http", at: hour.start + .seconds(60 * number))
            if number % 30 == 0 { await counter.flush(to: store) }
        }
        store.fail(with: nil)
        for _ in 0..<2 { await counter.flush(to: store) }
        let end = hour.start + .seconds(60 * (minutes - 1))
        let kept = try await store.figures(of: FigureSlot.last(minutes, .minute, until: end))
        #expect(kept.count <= FigureCounter.slotLimit && kept.count > 100)
        #expect(kept[FigureSlot(.minute, of: end)] != nil)
        let hours = try await store.figures(of: FigureSlot.last(48, .hour, until: end))
        #expect(hours.values.reduce(0) { $0 + $1.count(.accepted) } == minutes)
    }

    @Test(
        "Of many types so many have figures of their own, the others are counted together, and all travel in small parts"
    )
    func types() async throws {
        for number in 0..<200 { counter.note(.event(.accepted), .wait(.zero), of: "t\(number)", at: .sample) }
        await counter.flush(to: store)
        let found = try #require(try await store.figures(of: [minute])[minute])
        #expect(found.types.count == Figures.typeLimit + 1)
        #expect(found.count(.accepted) == 200 && found.count(.accepted, of: Figures.rest) == 200 - Figures.typeLimit)
        let parts = found.parts(of: 30)
        #expect(parts.allSatisfy { $0.size <= 30 } && parts.reduce(0) { $0 + $1.size } == found.size)
    }

    @Test(
        "A time lies under its bound, and a part of times under the bound that holds it",
        arguments: [(.zero, 10), (.milliseconds(10), 10), (.milliseconds(11), 25), (.seconds(3600), 3_600_000)]
            as [(Duration, Int)]
    )
    func bounds(duration: Duration, bound: Int) {
        #expect(Figure.run(duration) == .run(upTo: bound) && Figure.wait(duration) == .wait(upTo: bound))
    }

    @Test("Of no times nothing is said, and of some what so many of them do not exceed")
    func quantiles() {
        #expect(TimeDistribution(counts: [:]).quantile(0.5) == nil)
        let times = TimeDistribution(counts: [10: 50, 250: 45, Figure.unbounded: 5])
        let found = [0, 0.5, 0.51, 0.95, 0.96, 1].map { times.quantile($0) }
        #expect(found == [10, 10, 250, 250, Figure.unbounded, Figure.unbounded])
        #expect(Figure.run(.seconds(3601)) == .run(upTo: Figure.unbounded))
    }

    @Test(
        "Jobs are counted as they are recorded: those that are done, retried, failed for good, cancelled and redriven"
    )
    func jobs() async throws {
        let bench = JobBench()
        let meter = RunMeter(figures: counter)
        let submitter = JobSubmitter(
            store: bench.store,
            queue: bench.queue,
            meter: SubmissionMeter(figures: counter),
            now: { bench.clock.timestamp }
        )
        let supervisor = JobSupervisor(
            store: bench.store,
            queue: bench.queue,
            figures: counter,
            now: { bench.clock.timestamp }
        )
        let recorder = DeadLetterRecorder(
            store: bench.store,
            queue: bench.queue,
            figures: counter,
            now: { bench.clock.timestamp }
        )
        for _ in 0..<2 {
            let submission = Submission(type: "task", payload: 1, idempotencyKey: "done")
            _ = try await submitter.submit(submission, trace: .sample)
            // What is written again at the same instant is a write whose answer was lost.
            bench.clock.advance(by: .seconds(1))
        }
        bench.clock.advance(by: .seconds(2))
        let outcomes = [
            JobOutcome.failed(JobFailure(.network, "away", retryAfter: .zero)),
            .failed(JobFailure(.validation, "wrong")),
        ]
        for outcome in outcomes {
            let batch = try await bench.queue.receive(upTo: 1, wait: .zero, visibility: .seconds(60))
            let runner = bench.runner(meter: meter) { _, _ in outcome }
            for delivery in batch { try await runner.process(delivery) }
            bench.clock.advance(by: .seconds(1))
        }
        for letter in try await bench.deadLetters.receive(upTo: 10, wait: .zero, visibility: .seconds(60)) {
            // The second time it is postponed: whoever recorded it first may be telling people of it.
            for _ in 0..<2 { _ = try? await recorder.record(letter) }
        }
        let job = try #require(bench.store.jobs.first)
        #expect(job.status == .failedFinal)
        for _ in 0..<2 {
            _ = try await supervisor.redrive(job.id)
            bench.clock.advance(by: .seconds(1))
        }
        for _ in 0..<2 {
            _ = try await supervisor.cancel(job.id)
            bench.clock.advance(by: .seconds(1))
        }
        await counter.flush(to: store)
        let found = try #require(try await store.figures(of: [hour])[hour])
        let events = Dictionary(uniqueKeysWithValues: Figure.Event.allCases.map { ($0, found.count($0, of: "task")) })
        #expect(
            events == [.accepted: 1, .started: 2, .succeeded: 0, .retried: 1, .failed: 1, .redriven: 1, .cancelled: 1]
        )
        #expect(found.count(.failure(.validation)) == 1)
        #expect(found.waits().counts == [5000: 1])
    }
}
