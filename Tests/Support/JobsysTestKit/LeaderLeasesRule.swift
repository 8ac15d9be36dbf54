public import JobsysCore
import JobsysTime
public import Testing

/// One rule that all leases of a lead must keep; all of them are ``all``.
public struct LeaderLeasesRule: Sendable, CustomTestStringConvertible {
    /// The rule in words.
    public let testDescription: String
    private let body: @Sendable (any LeaderLeases) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (any LeaderLeases) async throws -> Void) {
        testDescription = description
        self.body = body
    }

    /// Holds leases to the rule.
    public func check(_ leases: any LeaderLeases) async throws {
        try await body(leases)
    }

    private static let end = Timestamp.sample + .seconds(30)

    /// Every rule.
    public static let all = [
        LeaderLeasesRule("who comes first leads, and may go on") { leases async throws in
            #expect(try await leases.take(as: "one", at: .sample, until: end) == .ours)
            #expect(try await leases.take(as: "two", at: .sample, until: end) == .others(until: end))
            let later = end + .seconds(20)
            #expect(try await leases.take(as: "one", at: .sample + .seconds(10), until: later) == .ours)
            #expect(try await leases.take(as: "two", at: end, until: later) == .others(until: later))
        },
        LeaderLeasesRule("a lead that has ended is taken by another") { leases async throws in
            _ = try await leases.take(as: "one", at: .sample, until: end)
            let later = end + .seconds(30)
            #expect(try await leases.take(as: "two", at: end, until: later) == .ours)
            #expect(try await leases.take(as: "one", at: end, until: later) == .others(until: later))
        },
        LeaderLeasesRule("a lead that is given up is taken at once, and only its owner gives it up") {
            leases async throws in
            try await leases.giveUp(as: "nobody")
            _ = try await leases.take(as: "one", at: .sample, until: end)
            try await leases.giveUp(as: "two")
            #expect(try await leases.take(as: "two", at: .sample, until: end) == .others(until: end))
            try await leases.giveUp(as: "one")
            #expect(try await leases.take(as: "two", at: .sample, until: end) == .ours)
        },
        LeaderLeasesRule("of many at once one leads") { leases async throws in
            let answers = try await withThrowingTaskGroup(of: Leadership.self) { group in
                for number in 0..<8 {
                    group.addTask { try await leases.take(as: "\(number)", at: .sample, until: end) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0 == .ours } == 1)
        },
    ]
}
