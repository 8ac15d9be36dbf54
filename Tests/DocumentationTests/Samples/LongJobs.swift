import JobsysHandlers
import JobsysTesting
import Synchronization
import Testing

struct Import: Codable {
    var rows: Int
}

extension JobName<Import> {
    static var rows: Self { JobName("rows.import") }
}

/// Keeps how far each import has come beside what it has imported, in one transaction.
protocol ImportStore: Sendable {
    func position(of job: JobID) async throws -> Int
    func importRows(from position: Int, of job: JobID) async throws -> Int
}

struct ImportHandler: JobHandler {
    let name = JobName.rows
    let store: any ImportStore

    func run(_ parameters: Import, in context: JobContext) async throws -> [String: Int] {
        // Where an earlier run has stopped.
        var position = try await store.position(of: context.jobID)
        while position < parameters.rows {
            try Task.checkCancellation()
            position = try await store.importRows(from: position, of: context.jobID)
            context.progress(Double(position) / Double(parameters.rows), "\(position) rows")
        }
        return ["rows": position]
    }
}

@Suite("The article of long jobs")
struct LongJobsArticle {
    final class Table: ImportStore {
        let clock: JobTestClock
        let positions = Mutex<[JobID: Int]>([:])
        let calls = Mutex(0)

        init(clock: JobTestClock) { self.clock = clock }

        func position(of job: JobID) async throws -> Int { positions.withLock { $0[job] ?? 0 } }

        func importRows(from position: Int, of job: JobID) async throws -> Int {
            try await clock.sleep(for: .seconds(60))
            calls.withLock { $0 += 1 }
            return positions.withLock { positions in
                positions[job] = position + 100
                return position + 100
            }
        }
    }

    @Test("has a handler that goes on where a stopped worker left it")
    func goesOn() async throws {
        var tester = JobTester()
        let table = Table(clock: tester.clock)
        tester.register(ImportHandler(store: table))
        let run = try await tester.run(.rows, Import(rows: 500), events: [.stop(after: .seconds(150))])
        #expect(run.ending == .succeeded(["rows": 500]))
        #expect(run.attempts == 1)
        #expect(run.runs == 2)
        #expect(table.calls.withLock { $0 } == 5)
        #expect(run.progress.last == .init(1, "500 rows"))
    }
}
