public import JobsysCore
import JobsysTime
public import Testing

/// One rule that every store of workflows must keep; all of them are ``all``.
public struct WorkflowStoreRule: Sendable, CustomTestStringConvertible {
    /// The rule in words.
    public let testDescription: String
    private let body: @Sendable (any WorkflowStore) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (any WorkflowStore) async throws -> Void) {
        testDescription = description
        self.body = body
    }

    /// Holds a store to the rule.
    public func check(_ store: any WorkflowStore) async throws { try await body(store) }

    private static func item(
        _ part: String = "",
        texts: [String: String] = [:],
        sets: [String: Set<String>] = [:],
        listedAt instant: Timestamp? = nil,
        tenant: String = "default",
        visitAt: Timestamp? = nil
    ) -> WorkflowItem {
        var texts = texts
        if instant != nil { texts["tenant"] = tenant }
        return WorkflowItem(
            key: "\(JobID(at: .sample))\(part)",
            texts: texts,
            sets: sets,
            expiresAt: Timestamp(milliseconds: 1_771_496_000_000),
            listing: instant.map { .init(tenant: tenant, createdAt: $0) },
            visitAt: visitAt
        )
    }

    /// Every rule.
    public static let all = items + changes + lists

    static let items = [
        WorkflowStoreRule("an item is read back as it was written") { store async throws in
            let first = item(
                "#ROOT",
                texts: ["at": "noon", "häß": "\u{1F600}"],
                sets: ["open": ["a", "b"], "none": []]
            )
            let second = item(listedAt: .sample, visitAt: .sample + .seconds(60))
            #expect(try await store.create(first) == nil)
            #expect(try await store.create(second) == nil)
            let absent = "\(JobID(at: .sample))"
            let read = try await store.items([first.key, second.key, absent, first.key])
            #expect(read == [first.key: first, second.key: second])
            #expect(try await store.items([first.key]) == [first.key: first])
            #expect(try await store.items([]).isEmpty)
        },
        WorkflowStoreRule("a second item of the same key gets the first one back, the same one nothing") {
            store async throws in
            let first = item(sets: ["open": ["a"]])
            var second = first
            second.sets["open"] = ["b"]
            #expect(try await store.create(first) == nil)
            #expect(try await store.create(first) == nil)
            #expect(try await store.create(second) == first)
            #expect(try await store.items([first.key]) == [first.key: first])
        },
    ]

    static let changes = [
        WorkflowStoreRule("a set that is empty is not there, and what is taken twice is taken once") {
            store async throws in
            var item = item(sets: ["waits": ["a", "b"]])
            _ = try await store.create(item)
            for (element, rest) in [("a", ["b"]), ("a", ["b"]), ("x", ["b"]), ("b", nil), ("b", nil)] {
                item.sets["waits"] = rest.map { Set($0) }
                #expect(try await store.change(item.key, by: .init(taking: ["waits": [element]])) == .made(item))
            }
            #expect(item.sets.isEmpty)
        },
        WorkflowStoreRule("one change moves an element, and sets and removes texts") { store async throws in
            var item = item(texts: ["old": "1"], sets: ["open": ["a", "b"]])
            _ = try await store.create(item)
            let change = WorkflowChange(
                texts: ["new": "2"],
                removing: ["old", "never"],
                adding: ["done": ["a"]],
                taking: ["open": ["a"]],
                visit: .at(.sample)
            )
            item.texts = ["new": "2"]
            item.sets = ["open": ["b"], "done": ["a"]]
            item.visitAt = .sample
            #expect(try await store.change(item.key, by: change) == .made(item))
            item.visitAt = nil
            #expect(try await store.change(item.key, by: .init(visit: .never)) == .made(item))
            #expect(try await store.change(item.key, by: .init()) == .made(item))
        },
        WorkflowStoreRule("what is not there is not changed, nor made") { store async throws in
            let item = item()
            #expect(try await store.change(item.key, by: .init(adding: ["open": ["a"]])) == .absent)
            #expect(try await store.items([item.key]).isEmpty)
        },
        WorkflowStoreRule("an item that is not as required is left alone") { store async throws in
            let item = item(texts: ["epoch": "1"], sets: ["held": ["a", "b"]])
            _ = try await store.create(item)
            let groups: [(groups: [[WorkflowChange.Requirement]], holds: Bool)] = [
                ([[.absent("epoch")]], false), ([[.absent("sealedAt")]], true),
                ([[.equal("epoch", "2")]], false), ([[.equal("epoch", "1")]], true), ([[.equal("x", "1")]], false),
                ([[.contains("held", "c")]], false), ([[.contains("held", "a")]], true),
                ([[.contains("x", "a")]], false),
                ([[.fewer("held", than: 2)]], false), ([[.fewer("held", than: 3)]], true),
                ([[.fewer("x", than: 1)]], true),
                ([[.absent("sealedAt"), .absent("epoch")]], false),
                ([[.absent("epoch")], [.contains("held", "b")]], true),
            ]
            for (groups, holds) in groups {
                var change = WorkflowChange(adding: ["held": ["a"]])
                change.requirements = groups
                #expect(
                    try await store.change(item.key, by: change) == (holds ? .made(item) : .refused(item)),
                    "\(groups)"
                )
            }
        },
        WorkflowStoreRule("elements that many take at once are all taken, and one of them sees the last go") {
            store async throws in
            let elements = (0..<20).map { "e\($0)" }
            let item = item(sets: ["waits": Set(elements)])
            _ = try await store.create(item)
            let last = try await withThrowingTaskGroup(of: Bool.self) { group in
                for element in elements {
                    group.addTask {
                        guard
                            case .made(let left) = try await store.change(
                                item.key,
                                by: .init(taking: ["waits": [element]])
                            )
                        else { return false }
                        return left.sets["waits"] == nil
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(last == 1)
        },
    ]

    static let lists = [
        WorkflowStoreRule("a tenant's items are listed newest first, part by part") { store async throws in
            let tenants = ["default", "acme"]
            let items = (0..<6).map { item(listedAt: .sample + .seconds($0), tenant: tenants[$0 % 2]) }
            for item in items + [item("#ROOT")] { _ = try await store.create(item) }
            var section = ListSection(since: .sample, until: .sample + .seconds(60), limit: 2)
            var found: [WorkflowItem] = []
            repeat {
                let part = try await store.listed(section)
                found += part.elements
                section.position = part.next
            } while section.position != nil
            #expect(found == items.reversed())
            let acme = ListSection(tenant: "acme", since: .sample, until: .sample + .seconds(60), limit: 10)
            #expect(try await store.listed(acme).elements == [items[5], items[3], items[1]])
        },
        WorkflowStoreRule("items are named for a visit when their time has come, the earliest first") {
            store async throws in
            let items = (0..<3).map { item(visitAt: .sample + .seconds(10 - $0)) }
            for item in items { _ = try await store.create(item) }
            #expect(try await store.due(through: .sample, upTo: 10).isEmpty)
            #expect(try await store.due(through: .sample + .seconds(9), upTo: 10) == [items[2].key, items[1].key])
            #expect(try await store.due(through: .sample + .seconds(60), upTo: 1) == [items[2].key])
        },
    ]
}
