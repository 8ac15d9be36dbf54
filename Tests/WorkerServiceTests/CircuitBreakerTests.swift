import Testing

@testable import WorkerService

@Suite("A circuit breaker")
struct CircuitBreakerTests {
    private var breaker = CircuitBreaker()

    @Test("opens at the first failure, and failures on the way say nothing new")
    mutating func opens() {
        #expect(breaker.state == .closed)
        #expect(breaker.noteFailure() == true)
        #expect(breaker.noteFailure() == false)
        #expect(breaker.state == .open(failures: 1))
    }

    @Test("lets one piece of work through, whose failure opens it for longer")
    mutating func opensAgain() {
        _ = breaker.noteFailure()
        breaker.allowOne()
        #expect(breaker.state == .halfOpen(failures: 1, isTrying: false))
        #expect(breaker.noteFailure() == false)
        breaker.noteTaken()
        #expect(breaker.state == .halfOpen(failures: 1, isTrying: true))
        #expect(breaker.noteFailure() == true)
        #expect(breaker.state == .open(failures: 2))
    }

    @Test("closes at the first success, and only then tells of it")
    mutating func closes() {
        #expect(breaker.noteSuccess() == false)
        _ = breaker.noteFailure()
        breaker.allowOne()
        breaker.noteTaken()
        #expect(breaker.noteSuccess() == true)
        #expect(breaker.state == .closed)
        #expect(breaker.noteSuccess() == false)
    }

    @Test("does not heed work that is taken on while it is closed")
    mutating func taken() {
        breaker.noteTaken()
        breaker.allowOne()
        #expect(breaker.state == .closed)
    }
}
