import FoundationEssentials
import JobsysCore
import JobsysPropertyTestKit
import JobsysTestKit
import JobsysTime
import Synchronization
import Testing

@Suite("Every order of events in a workflow", .quietLog, .timeLimit(.minutes(60)))
struct WorkflowModelTests {
    /// How many courses are drawn; `JOBSYS_WORKFLOW_COURSES` asks for more.
    private static let courses =
        ProcessInfo.processInfo.environment["JOBSYS_WORKFLOW_COURSES"].flatMap(Int.init) ?? 400

    @Test("Whatever fails, dies, stalls or comes twice, each member runs when it may, and the workflow ends as it must")
    func random() async throws {
        let parts = 8
        try await withThrowingTaskGroup { group in
            for part in 0..<parts {
                group.addTask {
                    for seed in stride(from: part, to: Self.courses, by: parts) {
                        let course = WorkflowCourse(seed: UInt64(seed))
                        let violations = try await course.run()
                        try #require(violations.isEmpty, "seed \(seed): \(violations) after:\n  \(course.trace)")
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

/// One course of the model.
final class WorkflowCourse {
    private var generator: SeededGenerator
    private let model: WorkflowModel
    private var deaths = 3
    private var faults = 4
    private var waits = 3
    private var duplicates = 2
    private var interventions: Int
    private var steps: [String] = []

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        let script = WorkflowScript(&generator)
        model = WorkflowModel(script)
        interventions = Int.random(in: 0...2, using: &generator)
    }

    /// The moves, for a reader.
    var trace: String { steps.joined(separator: "\n  ") }

    /// Makes moves until nothing is left to do; answers what must not be.
    func run() async throws -> [String] {
        var idle = 0
        for _ in 0..<20_000 {
            if try await move() {
                idle = 0
                continue
            }
            guard model.isSubmitted, model.status != nil, model.queue.bodies.isEmpty, model.letters.bodies.isEmpty
            else {
                idle += 1
                guard idle < 200 else { break }
                model.clock.advance(by: LeaseTiming().length + .seconds(3))
                note("time passes")
                await begin(.reconciler, "reconciles") { [model] in await model.reconcile() }
                continue
            }
            break
        }
        conclude()
        return model.violations.withLock(\.self)
    }

    /// Makes one move; answers whether there was any but to wait.
    private func move() async throws -> Bool {
        let waiting = model.scheduler.waiting
        let busy = model.scheduler.busy
        let isBold = Int.random(in: 0..<100, using: &generator) < 15
        if isBold, try await disturb(waiting.map(\.process), busy) { return true }
        var moves: [() async throws -> Void] = waiting.map { process, call in
            { [self] in await decide(process, .done, call) }
        }
        if !model.isSubmitted, !busy.contains(.api) {
            moves.append { [self] in await begin(.api, "posts") { [model] in await model.post() } }
        }
        if model.intervention.withLock({ $0 != nil }), !busy.contains(.supervisor) {
            moves.append { [self] in await begin(.supervisor, "intervenes") { [model] in await model.intervene() } }
        }
        if model.queue.hiddenFor.contains(.zero) {
            for worker in ModelProcess.workers where !busy.contains(worker) {
                moves.append { [self] in try await receive(worker) }
            }
        }
        if model.letters.hiddenFor.contains(.zero), !busy.contains(.dlqHandler) {
            moves.append { [self] in try await receiveLetter() }
        }
        guard let move = moves.randomElement(using: &generator) else { return false }
        try await move()
        return true
    }

    /// Makes something go wrong, or come from outside.
    private func disturb(_ waiting: [ModelProcess], _ busy: Set<ModelProcess>) async throws -> Bool {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0 where deaths > 0 && !waiting.isEmpty:
            deaths -= 1
            await decide(
                waiting.randomElement(using: &generator),
                Bool.random(using: &generator) ? .diesBefore : .diesAfter
            )
        case 1 where faults > 0 && !waiting.isEmpty:
            faults -= 1
            await decide(
                waiting.randomElement(using: &generator),
                Bool.random(using: &generator) ? .refused : .answerLost
            )
        case 2 where waits > 0:
            waits -= 1
            model.clock.advance(by: LeaseTiming().length + .seconds(3))
            note("time passes")
        case 3 where duplicates > 0:
            guard let body = model.queue.bodies.randomElement(using: &generator) else { return false }
            duplicates -= 1
            try model.queue.add(body: body)
            note("a message comes twice")
        case 4 where interventions > 0 && model.answered > 0 && model.intervention.withLock { $0 == nil }:
            interventions -= 1
            let intervention = WorkflowModel.WorkflowIntervention.allCases.randomElement(using: &generator)
            model.intervention.withLock { $0 = intervention }
            note("somebody is to \(intervention.map { "\($0)" } ?? "")")
        case 5 where !busy.contains(.reconciler):
            await begin(.reconciler, "reconciles") { [model] in await model.reconcile() }
        default:
            return false
        }
        return true
    }

    private func receive(_ worker: ModelProcess) async throws {
        let batch = try await model.queue.receive(upTo: 1, wait: .zero, visibility: LeaseTiming().visibility)
        guard let delivery = batch.first else { return }
        await begin(worker, "receives") { [model] in await model.run(delivery) }
    }

    private func receiveLetter() async throws {
        let batch = try await model.letters.receive(upTo: 1, wait: .zero, visibility: .seconds(60))
        guard let delivery = batch.first else { return }
        await begin(.dlqHandler, "receives") { [model] in await model.record(delivery) }
    }

    private func begin(_ process: ModelProcess, _ what: String, _ work: @escaping @Sendable () async -> Void) async {
        guard !model.scheduler.busy.contains(process) else { return }
        note("\(process) \(what)")
        await model.scheduler.begin(process, work)
    }

    private func decide(_ process: ModelProcess?, _ fate: Fate, _ call: String = "") async {
        guard let process else { return }
        note("\(process): \(call) \(fate)")
        await model.scheduler.decide(process, fate)
    }

    private func note(_ step: String) { steps.append(step) }

    /// Holds the end against what was promised.
    private func conclude() {
        let model = model
        let all = Dictionary(model.jobs.jobs.compactMap { job in job.workflow.map { ($0.key, job) } }) { $1 }
        guard let status = model.status else {
            return model.complain(
                "no end: \(all.mapValues(\.status)) \(model.items.all["\(model.id)#ROOT"]?.sets ?? [:])"
            )
        }
        for (key, job) in all where !job.status.isFinal { model.complain("\(key) is \(job.status) after the end") }
        guard all.values.allSatisfy(\.status.isFinal) else { return }
        var failures = 0
        for member in model.script.members {
            guard let job = all[member.key] else {
                if status != .cancelled { model.complain("\(member.key) was never made") }
                continue
            }
            if job.status != .succeeded, member.onFailure == .fail { failures += 1 }
            let mayFail = Set(model.script.members.filter { $0.onFailure == .continue }.map(\.key))
            let blocked = member.dependsOn.contains { key in
                all[key]?.status != .succeeded && !mayFail.contains(key) && model.script.tolerance == nil
            }
            if job.status == .succeeded, blocked, job.generation == 0,
                member.dependsOn.allSatisfy({ all[$0]?.generation == 0 })
            {
                model.complain("\(member.key) succeeded, and what it depends on did not")
            }
        }
        if let last = all["finally"] {
            if last.status != .succeeded { model.complain("the last one is \(last.status)") }
            if last.attempts != 1, deaths == 3, faults == 4, waits == 3 {
                model.complain("the last one ran \(last.attempts) times")
            }
        }
        let limit = if case .count(let count)? = model.script.tolerance { count } else { 0 }
        let expected: WorkflowStatus = failures > limit ? .failed : .succeeded
        if status != .cancelled, status != expected { model.complain("\(status) with \(failures) failures") }
        if status == .cancelled, !model.wasCancelled.withLock(\.self) { model.complain("cancelled by nobody") }
    }
}
