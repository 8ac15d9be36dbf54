/// One dependency without which a service cannot do its work.
public struct ReadinessCheck: Sendable {
    /// The dependency's name in the answer, such as `dynamodb`.
    public let name: String
    let perform: @Sendable () async throws -> Void

    /// Creates a check.
    ///
    /// - Parameters:
    ///   - name: The dependency's name in the answer.
    ///   - perform: Returns if the dependency can be used, throws if not; it must heed cancellation, which comes when its
    ///     time is up. Of an error only its type's name is answered, the rest is logged.
    public init(_ name: String, perform: @escaping @Sendable () async throws -> Void) {
        self.name = name
        self.perform = perform
    }
}

/// Why a check failed: in short for whoever asks, in full for the log.
struct CheckFailure: Sendable {
    let reason: String
    let cause: any Error
}

/// A check took longer than it may.
struct CheckTimedOut: Error, CustomStringConvertible {
    let deadline: Duration

    var description: String { "timed out after \(deadline)" }
}

extension ReadinessCheck {
    /// Performs the check, which is cancelled and fails when its time is up.
    ///
    /// - Returns: Why it failed; `nil` if it passed.
    func failure(within deadline: Duration, on clock: any Clock<Duration>) async -> CheckFailure? {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await perform() }
                group.addTask {
                    try await clock.sleep(for: deadline)
                    throw CheckTimedOut(deadline: deadline)
                }
                try await group.next()
            }
            return nil
        } catch let error as CheckTimedOut {
            return CheckFailure(reason: error.description, cause: error)
        } catch {
            return CheckFailure(reason: String("\(type(of: error))".prefix(80)), cause: error)
        }
    }
}
