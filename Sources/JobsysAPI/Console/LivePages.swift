import Hummingbird
import JobsysCore
import JobsysHashing
import Synchronization

/// A page of the console in two steps: what many who look at it share, and what is shown of that to one of them.
struct LivePage: Sendable {
    /// What a reader has to be allowed.
    let scope: Scope
    /// Reads what the page is about, for who sees as much as this principal: its tenant matters, and nothing else.
    fileprivate let read: @Sendable (Request, Principal) async throws -> any Sendable
    /// Makes the page's own part of it, for one reader.
    fileprivate let render: @Sendable (any Sendable, Request, Principal) throws -> String

    /// Makes a page.
    init<Content: Sendable>(
        _ scope: Scope,
        read: @escaping @Sendable (Request, Principal) async throws -> Content,
        render: @escaping @Sendable (Content, Request, Principal) throws -> String
    ) {
        self.scope = scope
        self.read = { try await read($0, $1) }
        self.render = { content, request, principal in
            guard let content = content as? Content else { throw Problem.noSuchPath }
            return try render(content, request, principal)
        }
    }

    /// The page as it is now.
    func body(_ request: Request, for principal: Principal) async throws -> String {
        try render(try await read(request, principal), request, principal)
    }
}

/// The pages that change while somebody looks at them; each is read once for all who look at it at the same time.
final class LivePages: Sendable {
    /// What a page was when it was read, and what has been made of it.
    private final class Reading: Sendable {
        let content: any Sendable
        let views = Mutex([View: LiveView]())

        init(_ content: any Sendable) { self.content = content }
    }

    /// Readers who are shown the same.
    private struct View: Hashable {
        let scopes: Set<Scope>
        let types: Set<String>?
    }

    private let pages: [(path: [Substring], page: LivePage)]
    private let readings: SharedReadings<String, Reading>

    /// How often a page is read while somebody looks at it.
    static let interval = Duration.seconds(2)

    /// Makes them.
    ///
    /// - Parameters:
    ///   - pages: The pages by their paths, with `{name}` for a segment that varies.
    ///   - elapsed: The time since some beginning.
    init(_ pages: [String: LivePage], elapsed: @escaping @Sendable () -> Duration) {
        self.pages = pages.map { ($0.key.split(separator: "/"), $0.value) }
        // A little less, so that who comes back after the interval finds the reading of before stale.
        readings = SharedReadings(for: Self.interval * 9 / 10, elapsed: elapsed)
    }

    /// The page of a path; nil if that does not change by itself.
    func page(at path: String) -> LivePage? {
        let segments = path.split(separator: "/")
        return pages.first {
            $0.path.count == segments.count && zip($0.path, segments).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
        }?
        .page
    }

    /// Has somebody look at a page: hands what reads it for him to `body`, and forgets him when that has ended.
    @concurrent
    func looking(
        at page: LivePage,
        _ request: Request,
        as principal: Principal,
        _ body: @concurrent (@escaping @Sendable () async throws -> LiveView) async throws -> Void
    ) async throws {
        let key = "\(principal.tenant ?? "")\n\(request.uri.string)"
        let reading = readings.join(key) { Reading(try await page.read(request, principal)) }
        defer { readings.leave(key) }
        try await body {
            let reading = try await reading.value()
            let view = View(scopes: principal.scopes, types: principal.types)
            if let known = reading.views.withLock({ $0[view] }) { return known }
            let made = LiveView(try page.render(reading.content, request, principal))
            reading.views.withLock { $0[view] = made }
            return made
        }
    }
}

/// A page's own part, and what it is told from other versions by.
struct LiveView: Sendable {
    let html: String
    let id: String

    init(_ html: String) {
        self.html = html
        id = Hex.encode(Array(SHA256.hash(Array(html.utf8)).prefix(8)))
    }

    /// The event that brings it to a browser.
    ///
    /// Source: HTML, section 9.2.6: a carriage return ends a line, too.
    var event: String {
        let lines = html.replacing("\r", with: "&#13;").split(separator: "\n", omittingEmptySubsequences: false)
        return "id: \(id)\nevent: page\n" + lines.map { "data: \($0)\n" }.joined() + "\n"
    }
}
