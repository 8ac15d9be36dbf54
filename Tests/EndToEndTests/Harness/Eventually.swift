/// Asks again and again until there is an answer.
///
/// The probe answers nil as long as it is too early; the expectation names what was waited for in vain.
func eventually<Answer>(
    within limit: Duration,
    _ expectation: String,
    every pause: Duration = .milliseconds(50),
    _ probe: () async throws -> Answer?
) async throws -> Answer {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while true {
        if let answer = try await probe() { return answer }
        guard clock.now < deadline else { throw HarnessError("not within \(limit): \(expectation)") }
        try await clock.sleep(for: pause)
    }
}

/// Waits until something holds.
func eventually(
    within limit: Duration,
    _ expectation: String,
    every pause: Duration = .milliseconds(50),
    holds probe: () async throws -> Bool
) async throws {
    _ = try await eventually(within: limit, expectation, every: pause) { try await probe() ? true : nil }
}

/// Runs work and then always the cleaning up, which is not cut short if the test is cancelled.
func scoped<Result: Sendable>(
    _ work: () async throws -> Result,
    cleanUp: @escaping @Sendable (_ workFailed: Bool) async throws -> Void
) async throws -> Result {
    do {
        let result = try await work()
        try await Task { try await cleanUp(false) }.value
        return result
    } catch {
        // The first error is the one that matters.
        _ = await Task { try await cleanUp(true) }.result
        throw error
    }
}
