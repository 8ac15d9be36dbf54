import JobsysHandlers
import JobsysTesting
import Synchronization
import Testing

struct Render: Codable {
    var film: String
}

extension JobName<Render> {
    static var render: Self { JobName("film.render") }
}

protocol Renderer: Sendable {
    func render(_ film: String) async throws
    func removePartialFiles(of film: String) async
}

struct RenderHandler: JobHandler {
    let name = JobName.render
    let renderer: any Renderer

    func run(_ render: Render, in context: JobContext) async throws {
        do {
            try await renderer.render(render.film)
        } catch {
            if Task.isCancelled { await renderer.removePartialFiles(of: render.film) }
            throw error
        }
    }
}

@Suite("The article of shutdown")
struct ShutdownArticle {
    final class Studio: Renderer {
        let clock: JobTestClock
        let removed = Mutex(0)

        init(clock: JobTestClock) { self.clock = clock }

        func render(_ film: String) async throws { try await clock.sleep(for: .seconds(600)) }

        func removePartialFiles(of film: String) async { removed.withLock { $0 += 1 } }
    }

    @Test("has a handler that cleans up when its worker stops, and costs no attempt")
    func stop() async throws {
        var tester = JobTester()
        let studio = Studio(clock: tester.clock)
        tester.register(RenderHandler(renderer: studio))
        let run = try await tester.run(.render, Render(film: "metropolis"), events: [.stop(after: .seconds(30))])
        #expect(run.ending == .succeeded(.null))
        #expect(run.attempts == 1)
        #expect(run.runs == 2)
        #expect(studio.removed.withLock { $0 } == 1)
    }
}
