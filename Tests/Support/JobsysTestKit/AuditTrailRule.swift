public import JobsysCore
import JobsysTime
public import Testing

/// One rule that all audit trails must keep; all of them are ``all``.
public struct AuditTrailRule: Sendable, CustomTestStringConvertible {
    /// The rule in words.
    public let testDescription: String
    private let body: @Sendable (any AuditTrail) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (any AuditTrail) async throws -> Void) {
        testDescription = description
        self.body = body
    }

    /// Holds a trail to the rule.
    public func check(_ trail: any AuditTrail) async throws {
        try await body(trail)
    }

    /// Every rule.
    public static let all = [
        AuditTrailRule("what is noted is listed whole, newest first, whatever the size of the pages") {
            trail async throws in
            var entries = [
                AuditEntry(id: "a", at: .sample, principal: "anyone", action: "key.create", requestID: "r", status: 201)
            ]
            for number in 1..<5 {
                entries.append(
                    AuditEntry(
                        id: "\(number)",
                        // Two at the same instant.
                        at: .sample + .seconds(number / 2),
                        principal: "key:x",
                        tenant: "acme",
                        action: "job.cancel",
                        subject: "0\(number)",
                        address: "::1",
                        requestID: "r\(number)",
                        status: 404
                    )
                )
            }
            for entry in entries { try await trail.record(entry) }
            entries.sort { $0.position > $1.position }
            for limit in [1, 2, 100] {
                #expect(try await trail.all(AuditQuery(.sample(limit: limit))) == entries, "\(limit) a page")
            }
        },
        AuditTrailRule("a list has what belongs to its time") { trail async throws in
            for second in 0..<4 {
                let at = Timestamp.sample + .seconds(second)
                try await trail.record(
                    AuditEntry(id: "\(second)", at: at, principal: "p", action: "a", requestID: "r", status: 200)
                )
            }
            let since = Timestamp.sample + .seconds(1)
            for limit in [1, 100] {
                let section = ListSection(since: since, until: since + .seconds(2), limit: limit)
                #expect(try await trail.all(AuditQuery(section)).map(\.id) == ["2", "1"])
            }
            #expect(try await trail.all(AuditQuery(ListSection(since: .sample, until: .sample, limit: 5))) == [])
        },
        AuditTrailRule("a list has what is asked for: of somebody, of a kind, of a thing") { trail async throws in
            for number in 0..<12 {
                try await trail.record(
                    AuditEntry(
                        id: "\(number)",
                        at: .sample + .seconds(number),
                        principal: number % 2 == 0 ? "key:x" : "key:y",
                        action: number % 3 == 0 ? "job.cancel" : "job.redrive",
                        subject: number == 11 ? nil : "s\(number)",
                        status: 200
                    )
                )
            }
            for limit in [1, 3, 100] {
                let section = ListSection.sample(limit: limit)
                func ids(of query: AuditQuery) async throws -> [String] { try await trail.all(query).map(\.id) }
                #expect(try await ids(of: AuditQuery(section, principal: "key:y")) == ["11", "9", "7", "5", "3", "1"])
                #expect(try await ids(of: AuditQuery(section, action: "job.cancel")) == ["9", "6", "3", "0"])
                #expect(try await ids(of: AuditQuery(section, principal: "key:x", action: "job.cancel")) == ["6", "0"])
                #expect(try await ids(of: AuditQuery(section, subject: "s4")) == ["4"])
                #expect(try await ids(of: AuditQuery(section, principal: "nobody")) == [])
            }
        },
    ]
}

extension AuditTrail {
    /// All entries of a section, page by page.
    fileprivate func all(_ query: AuditQuery) async throws -> [AuditEntry] {
        var query = query
        var entries: [AuditEntry] = []
        repeat {
            let page = try await self.entries(query)
            #expect(page.elements.count <= query.section.limit)
            entries += page.elements
            query.section.position = page.next
        } while query.section.position != nil
        return entries
    }
}
