public import JobsysCore
import JobsysJSON
import JobsysTime
public import Testing

/// One rule that every catalog of jobs must keep, together with the store whose jobs it lists; all of them are ``all``.
public struct JobCatalogRule: Sendable, CustomTestStringConvertible {
    /// A store that the rules write to.
    public typealias Store = any JobStore & FailureStore & JobControl

    /// The rule in words.
    public let testDescription: String
    private let body: @Sendable (Store, any JobCatalog) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (Store, any JobCatalog) async throws -> Void) {
        testDescription = description
        self.body = body
    }

    /// Holds an empty store and its catalog to the rule.
    public func check(_ store: Store, _ catalog: any JobCatalog) async throws {
        try await body(store, catalog)
    }

    /// Every rule.
    public static let all = jobs + incidents

    static let jobs = [
        JobCatalogRule("a store without jobs has an empty list that has ended") { _, catalog async throws in
            #expect(try await catalog.jobs(JobQuery(.sample())) == Listing([], next: nil))
            #expect(try await catalog.openIncidents(IncidentQuery(.sample())) == Listing([], next: nil))
        },
        JobCatalogRule("jobs are listed newest first over days, each once, whatever the size of the pages") {
            store,
            catalog async throws in
            // Two share each instant, and some days have none.
            let ages = (0..<30).map { Duration.seconds($0 / 2 * 20000 + ($0 < 16 ? 0 : 300_000)) }
            let jobs = try await store.created(ages: ages)
            for limit in [1, 7, 100] {
                #expect(try await catalog.allJobs(JobQuery(.sample(limit: limit))) == jobs, "\(limit) a page")
            }
        },
        JobCatalogRule("a list has the jobs of its time: from the first instant on, before the last") {
            store,
            catalog async throws in
            let jobs = try await store.created(ages: (0..<5).map { .seconds($0 * 10) })
            let section = ListSection(since: .sample + .seconds(-30), until: .sample + .seconds(-10), limit: 100)
            #expect(try await catalog.allJobs(JobQuery(section)) == Array(jobs[2...3]))
            let none = ListSection(since: .sample, until: .sample, limit: 100)
            #expect(try await catalog.allJobs(JobQuery(none)) == [])
        },
        JobCatalogRule("a list can be of one status, one type, or both") { store, catalog async throws in
            let plain = try await store.created(ages: [.seconds(1), .seconds(2), .seconds(3)])
            let drills = try await store.created(ages: [.seconds(4), .seconds(5)], type: "drill")
            guard case .done(let cancelled) = try await store.cancel(drills[1].id, at: .sample, expiresAt: .sample)
            else { return #expect(Bool(false), "not cancelled") }
            let section = ListSection.sample(limit: 2)
            #expect(try await catalog.allJobs(JobQuery(section, type: "transform")) == plain)
            #expect(try await catalog.allJobs(JobQuery(section, status: .cancelled)) == [cancelled])
            #expect(try await catalog.allJobs(JobQuery(section, status: .pending, type: "drill")) == [drills[0]])
            #expect(try await catalog.allJobs(JobQuery(section, status: .running)) == [])
        },
        JobCatalogRule("a tenant's list has no other tenant's jobs") { store, catalog async throws in
            let others = try await store.created(ages: [.seconds(3), .seconds(1)])
            let own = try await store.created(ages: [.seconds(2), .seconds(90_000)], tenant: "acme")
            var section = ListSection.sample(limit: 1)
            #expect(try await catalog.allJobs(JobQuery(section)) == [others[0], own[0], others[1], own[1]])
            section.tenant = "acme"
            #expect(try await catalog.allJobs(JobQuery(section)) == own)
            #expect(try await catalog.allJobs(JobQuery(section, status: .running)) == [])
            section.tenant = "other"
            #expect(try await catalog.allJobs(JobQuery(section)) == [])
        },
    ]
}
