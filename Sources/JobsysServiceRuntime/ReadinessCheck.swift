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
