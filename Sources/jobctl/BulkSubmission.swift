import JobsysClient
import JobsysJSON
import JobsysTime

/// Submits the lines of a file in batches, a few of them under way at a time.
///
/// What became of the lines is reported in their order. Lines that share an idempotency key or an ordering key are never in
/// two batches that are under way together, so that they are submitted in their order, too.
struct BulkSubmission: Sendable {
    /// The service.
    let client: APIClient
    /// What keeps the lines apart from those of other files, and of other runs.
    let runName: String

    /// How many jobs a batch has at most, which is what the service takes.
    static let batchSize = 100
    /// How many bytes they have at most, so that a batch stays below the 2 MiB that the service takes.
    static let batchBytes = 1_800_000
    /// How many batches are under way at a time.
    static let batchesUnderWay = 4

    /// Submits all lines.
    ///
    /// - Parameters:
    ///   - lines: The lines.
    ///   - report: Is told what became of each, and how many bytes were read so far.
    /// - Returns: How many became what, and what ended it before all was done: cancellation, a file that cannot be read, a
    ///   service that does not answer, what `report` throws.
    func run(
        _ lines: inout LineReader,
        report: (LineOutcome, _ bytesRead: Int) throws -> Void
    ) async -> BulkSubmissionResult {
        await withTaskGroup(of: BatchOutcome.self) { group in
            var window = Window()
            var result = BulkSubmissionResult()
            do {
                var batch = Batch()
                while let event = try await lines.next() {
                    guard let entry = entry(event) else {
                        // Whoever writes the lines may wait for what becomes of them.
                        if !batch.entries.isEmpty { try await start(&batch) }
                        while !window.isEmpty { try await finishOne() }
                        continue
                    }
                    if !batch.takes(entry) { try await start(&batch) }
                    batch.add(entry)
                }
                if !batch.entries.isEmpty { try await start(&batch) }
                while !window.isEmpty { try await finishOne() }
            } catch {
                result.failure = error
                group.cancelAll()
                // What has been sent is waited for: it takes effect, and is told of.
                while let outcome = await group.next() { window.finish(outcome) }
                for outcome in window.all { tell(outcome) }
            }
            return result

            func start(_ batch: inout Batch) async throws {
                while window.isFull(for: batch) { try await finishOne() }
                let begun = window.begin(&batch)
                group.addTask { await submit(begun) }
            }

            func finishOne() async throws {
                guard let outcome = await group.next() else { return }
                window.finish(outcome)
                while let outcome = window.next() {
                    result.note(gapAt: outcome.firstUndecided)
                    for line in outcome.lines {
                        result.count(line)
                        try report(line, lines.offset)
                    }
                    if let failure = outcome.failure { throw failure }
                }
            }

            func tell(_ outcome: BatchOutcome) {
                result.note(gapAt: outcome.firstUndecided)
                for line in outcome.lines {
                    result.count(line)
                    guard !(result.failure is OutputFailure) else { continue }
                    do {
                        try report(line, lines.offset)
                    } catch {
                        result.failure = error
                    }
                }
            }
        }
    }

    private func entry(_ event: LineReader.Event) -> Batch.Entry? {
        switch event {
        case .silence: return nil
        case .tooLong(let number): return .flawed(number, "the line has more than \(SubmissionLine.limit) bytes")
        case .line(let number, let bytes):
            do throws(SubmissionLine.Flaw) {
                return .job(try SubmissionLine(bytes, number: number, run: runName))
            } catch {
                return .flawed(number, error.reason)
            }
        }
    }

    /// Submits the jobs of a batch, and those again that the service could not submit, until all are decided or nothing has
    /// moved for as long as the client is patient.
    private func submit(_ batch: Batch) async -> BatchOutcome {
        var outcomes: [Int: LineOutcome] = [:]
        var pending: [SubmissionLine] = []
        for entry in batch.entries {
            switch entry {
            case .job(let line): pending.append(line)
            case .flawed(let number, let reason): outcomes[number] = LineOutcome(number, .failed(reason))
            }
        }
        var failure: (any Error)?
        do {
            try await submit(&pending) { outcomes[$0.number] = $0 }
        } catch {
            failure = error
        }
        return BatchOutcome(
            place: batch.place,
            lines: batch.entries.compactMap { outcomes[$0.number] },
            firstUndecided: pending.first?.number,
            failure: failure
        )
    }

    private func submit(_ pending: inout [SubmissionLine], _ report: (LineOutcome) -> Void) async throws {
        let elapsed = stopwatch(client.clock)
        var deadline = client.patience
        var pauses = RetryPauses()
        while !pending.isEmpty {
            let results: [JSONValue]
            do {
                results = try await send(pending)
            } catch let failure as APIFailure where failure.status == 413 {
                // By a limit that is lower than ours; the jobs after these may fit.
                for line in pending { report(LineOutcome(line.number, .failed("\(failure)"))) }
                pending = []
                return
            }
            var left: [SubmissionLine] = []
            var lastFailure: APIFailure?
            for (line, result) in zip(pending, results) {
                switch MemberResult(result) {
                case .decided(let outcome): report(LineOutcome(line.number, outcome))
                case .notYet(let failure):
                    left.append(line)
                    lastFailure = [lastFailure, failure].compactMap(\.self)
                        .max { ($0.retryAfter ?? .zero) < ($1.retryAfter ?? .zero) }
                }
            }
            if left.count < pending.count {
                deadline = elapsed() + client.patience
                pauses = RetryPauses()
            }
            pending = left
            guard let lastFailure else { return }
            let pause = max(lastFailure.retryAfter ?? .zero, pauses.next() * client.jitter())
            guard elapsed() + pause <= deadline else { throw lastFailure }
            try await client.clock.sleep(for: pause)
        }
    }

    /// Sends a batch; answers what became of each job.
    private func send(_ lines: [SubmissionLine]) async throws -> [JSONValue] {
        var writer = JSONWriter(capacity: 64 + lines.reduce(0) { $0 + $1.job.count + 1 })
        writer.object { writer in
            writer.array("jobs") { writer in
                for line in lines { writer.raw(line.job) }
            }
        }
        let answer = try await client.post(["jobs:batch"], json: writer.bytes)
        guard let results = answer["results"]?.arrayValue, results.count == lines.count else {
            throw APIFailure(kind: .strangeAnswer("\(client.url)", status: 200))
        }
        return results
    }
}

/// Some lines that are submitted together.
private struct Batch: Sendable {
    enum Entry: Sendable {
        case job(SubmissionLine)
        case flawed(Int, String)

        var number: Int {
            switch self {
            case .job(let line): line.number
            case .flawed(let number, _): number
            }
        }

        var size: Int {
            if case .job(let line) = self { line.job.count + 1 } else { 0 }
        }
    }

    /// Its place among the batches.
    var place = 0
    private(set) var entries: [Entry] = []
    private(set) var keys: Set<String> = []
    private var size = 0

    func takes(_ entry: Entry) -> Bool {
        entries.isEmpty || entries.count < BulkSubmission.batchSize && size + entry.size <= BulkSubmission.batchBytes
    }

    mutating func add(_ entry: Entry) {
        entries.append(entry)
        size += entry.size
        if case .job(let line) = entry { keys.formUnion(line.keys) }
    }
}

/// What became of a batch.
private struct BatchOutcome: Sendable {
    var place: Int
    /// What became of its lines, as far as that is known, in their order.
    var lines: [LineOutcome]
    /// The first of its lines of which that is not known.
    var firstUndecided: Int?
    /// What kept the others from being submitted.
    var failure: (any Error)?
}

/// The batches between the first one that is not told of and the last one that was begun.
private struct Window {
    private var first = 0
    private var end = 0
    private var keys: [Int: Set<String>] = [:]
    private var finished: [Int: BatchOutcome] = [:]

    var isEmpty: Bool { first == end }

    /// Whether a batch has to wait: for room, or for one that has a key of its own.
    func isFull(for batch: Batch) -> Bool {
        end - first >= BulkSubmission.batchesUnderWay || keys.values.contains { !$0.isDisjoint(with: batch.keys) }
    }

    /// Takes a batch in, and leaves an empty one in its place.
    mutating func begin(_ batch: inout Batch) -> Batch {
        var begun = batch
        batch = Batch()
        begun.place = end
        keys[end] = begun.keys
        end += 1
        return begun
    }

    mutating func finish(_ outcome: BatchOutcome) {
        keys[outcome.place] = nil
        finished[outcome.place] = outcome
    }

    /// The first batch, if it is finished.
    mutating func next() -> BatchOutcome? {
        guard let outcome = finished.removeValue(forKey: first) else { return nil }
        first += 1
        return outcome
    }

    /// All that are finished, in their order.
    var all: [BatchOutcome] { finished.values.sorted { $0.place < $1.place } }
}

/// What the service says of one job of a batch.
private enum MemberResult {
    case decided(LineOutcome.Outcome)
    case notYet(APIFailure)

    init(_ result: JSONValue) {
        let status = result["status"]?.intValue ?? 0
        let job = result["job"] ?? .null
        var failure = APIFailure(kind: .problem(status: status, result["problem"] ?? .null))
        failure.retryAfter = result["retryAfter"]?.intValue.map { .seconds($0) }
        switch status {
        case 202: self = .decided(.submitted(job))
        case 200: self = .decided(.repeated(job))
        // With another code a request of its own may go better; a job that the service fails at does not.
        case _ where failure.isTransient && status != 500: self = .notYet(failure)
        default: self = .decided(.failed("\(failure)"))
        }
    }
}
