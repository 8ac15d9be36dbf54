import Testing

@testable import JobsysCore

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

    @Test("that needs several failures in a row opens at the last of them")
    func threshold() {
        var breaker = CircuitBreaker(threshold: 3)
        _ = breaker.noteFailure()
        _ = breaker.noteFailure()
        _ = breaker.noteSuccess()
        #expect(breaker.noteFailure() == false)
        #expect(breaker.noteFailure() == false)
        #expect(breaker.state == .closed)
        #expect(breaker.noteFailure() == true)
        #expect(breaker.state == .open(failures: 1))
    }

    @Test("lets another through when the one that was told nothing")
    mutating func inconclusive() {
        _ = breaker.noteFailure()
        breaker.noteInconclusive()
        #expect(breaker.state == .open(failures: 1))
        breaker.allowOne()
        breaker.noteTaken()
        breaker.noteInconclusive()
        #expect(breaker.state == .halfOpen(failures: 1, isTrying: false))
    }

    @Test("does not heed work that is taken on while it is closed")
    mutating func taken() {
        breaker.noteTaken()
        breaker.allowOne()
        #expect(breaker.state == .closed)
    }
}
