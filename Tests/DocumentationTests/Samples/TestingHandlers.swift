import JobsysTesting
import Testing

struct ResizeTests {
    struct BusyTwice: Images {
        let attempts: Counter

        func resize(_ url: String, to width: Int) async throws -> String {
            guard attempts.next() > 2 else { throw JobFailure(.rateLimit, "busy") }
            return "https://example.com/small.jpeg"
        }
    }

    @Test func isTriedAgain() async throws {
        var tester = JobTester()
        tester.register(ResizeHandler(images: BusyTwice(attempts: Counter())))
        let run = try await tester.run(.resize, Resize(url: "https://example.com/cat.jpeg", width: 640))
        #expect(run.attempts == 3)
        #expect(try run.result(as: [String: String].self) == ["place": "https://example.com/small.jpeg"])
    }

    struct Slow: Images {
        let clock: any Clock<Duration>

        func resize(_ url: String, to width: Int) async throws -> String {
            try await clock.sleep(for: .seconds(3600))
            return url
        }
    }

    @Test func isGivenUpAfterTwoMinutes() async throws {
        var tester = JobTester()
        tester.register(ResizeHandler(images: Slow(clock: tester.clock)))
        let run = try await tester.run(.resize, Resize(url: "", width: 640), maxAttempts: 1)
        #expect(run.ending == .failed(JobFailure(.system, "timed out after 120.0 seconds")))
        #expect(run.elapsed == .seconds(120))
    }

    @Test func isCancelledWhileItRuns() async throws {
        var tester = JobTester()
        tester.register(ResizeHandler(images: Slow(clock: tester.clock)))
        let run = try await tester.run(
            .resize,
            Resize(url: "", width: 640),
            events: [.cancellation(after: .seconds(10))]
        )
        #expect(run.ending == .cancelled)
    }
}
