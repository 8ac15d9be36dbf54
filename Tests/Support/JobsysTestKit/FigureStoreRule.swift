public import JobsysCore
import JobsysTime
public import Testing

/// One rule that all stores of figures must keep; all of them are ``all``.
public struct FigureStoreRule: Sendable, CustomTestStringConvertible {
    /// The rule in words.
    public let testDescription: String
    private let body: @Sendable (any FigureStore) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (any FigureStore) async throws -> Void) {
        testDescription = description
        self.body = body
    }

    /// Holds a store to the rule.
    public func check(_ store: any FigureStore) async throws {
        try await body(store)
    }

    private static let minute = FigureSlot(.minute, of: .sample)
    private static let hour = FigureSlot(.hour, of: .sample)

    private static func addition(
        _ sequence: Int,
        of process: String = "one",
        to slot: FigureSlot = minute,
        _ types: [String: [Figure: Int]] = ["http": [.event(.accepted): 2]]
    ) -> FigureAddition {
        FigureAddition(slot: slot, process: process, sequence: sequence, figures: Figures(types))
    }

    /// Every rule.
    public static let all = [
        FigureStoreRule("what several processes add to a slot is added up, every figure of every type") {
            store async throws in
            let figures: [Figure] =
                Figure.Event.allCases.map(Figure.event) + ErrorClass.allCases.map(Figure.failure)
                + (Figure.bounds + [Figure.unbounded]).flatMap { [Figure.run(upTo: $0), .wait(upTo: $0)] }
            let counts = Dictionary(uniqueKeysWithValues: zip(figures, 1...))
            let types = ["http": counts, "image.resize": counts]
            for process in ["one", "two"] {
                for (sequence, part) in types.sorted(by: { $0.key < $1.key }).enumerated() {
                    try await store.add(addition(sequence, of: process, [part.key: part.value]))
                }
            }
            let twice = types.mapValues { $0.mapValues { $0 * 2 } }
            #expect(try await store.figures(of: [minute]) == [minute: Figures(twice)])
        },
        FigureStoreRule("an addition that is repeated, or comes after a later one of its process, changes nothing") {
            store async throws in
            for sequence in [5, 5, 4, 7, 5, 7] { try await store.add(addition(sequence)) }
            try await store.add(addition(1, of: "two"))
            #expect(try await store.figures(of: [minute])[minute]?.count(.accepted) == 6)
            // Of another slot, the process has added nothing yet.
            try await store.add(addition(3, to: hour))
            #expect(try await store.figures(of: [hour])[hour]?.count(.accepted) == 2)
        },
        FigureStoreRule("slots are apart, and those without figures are left out") { store async throws in
            let next = FigureSlot(.minute, of: minute.end)
            try await store.add(addition(1))
            try await store.add(addition(2, to: hour, ["zip": [.event(.failed): 1]]))
            #expect(try await store.figures(of: []) == [:])
            let found = try await store.figures(of: [next, hour, minute, minute])
            #expect(
                found == [
                    minute: Figures(["http": [.event(.accepted): 2]]), hour: Figures(["zip": [.event(.failed): 1]]),
                ]
            )
        },
    ]
}
