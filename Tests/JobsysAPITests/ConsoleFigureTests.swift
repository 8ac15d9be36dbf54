import HTTPTypes
import JobsysCore
import JobsysTestKit
import JobsysTime
import Testing

@Suite("The figures on the overview", .timeLimit(.minutes(1)))
struct ConsoleFigureTests {
    private let api = APIFixture()

    private func add(_ types: [String: [Figure: Int]], minutesAgo: Int = 0, _ sequence: Int = 1) async throws {
        let instant = api.clock.timestamp + .seconds(-60 * minutesAgo)
        for length in FigureSlot.Length.allCases {
            let slot = FigureSlot(length, of: instant)
            try await api.figureStore.add(
                FigureAddition(slot: slot, process: "x", sequence: sequence, figures: Figures(types))
            )
        }
    }

    private func overview(_ query: String = "") async throws -> String {
        try await api.answer(.get, "/console\(query)").text
    }

    @Test("are sums over the hour or the day, by type, and say bounds of times and no estimates")
    func sums() async throws {
        try await add([
            "http": [
                .event(.accepted): 7, .event(.succeeded): 5, .event(.failed): 2, .failure(.network): 2,
                .run(upTo: 250): 6, .run(upTo: 5000): 1, .wait(upTo: Figure.unbounded): 7,
            ]
        ])
        try await add(["http": [.event(.accepted): 1000]], minutesAgo: 90, 2)
        let page = try await overview()
        #expect(page.contains("<dt>Accepted</dt><dd>7</dd>"))
        #expect(page.contains(#"<dt>Failed for good</dt><dd class="bad">2</dd>"#))
        #expect(page.contains("NETWORK 2") && page.contains("≤ 250 ms") && page.contains("≤ 5 s"))
        #expect(page.contains("over 1 h"))
        #expect(page.contains("5 succeeded, 2 failed") && page.contains("<rect class=\"good\""))
        let day = try await overview("?range=day")
        #expect(day.contains("<dt>Accepted</dt><dd>1007</dd>"))
        #expect(try await api.answer(.get, "/console?range=year").status == 422)
    }

    @Test("are read once for all who look within ten seconds, and never for who may not see them")
    func shared() async throws {
        for _ in 0..<5 { _ = try await overview() }
        #expect(api.figureStore.reads == 1)
        api.clock.advance(by: .seconds(10))
        _ = try await overview()
        #expect(api.figureStore.reads == 2)
    }

    @Test("say that nothing was counted, or that it is not known, and take nothing else away")
    func unknown() async throws {
        #expect(try await overview().contains("Nothing was counted in this time"))
        let error = DependencyError(dependency: "memory", code: "Away", message: "secret", isTransient: true)
        api.figureStore.fail(with: error)
        api.clock.advance(by: .seconds(10))
        let page = try await overview()
        #expect(page.contains("The figures of jobs cannot be read now") && page.contains("Newest jobs"))
        #expect(!page.contains("secret"))
    }

    @Test("of types that others have named are escaped, and of many types some are listed")
    func types() async throws {
        try await add(["<script>": [.event(.accepted): 1], Figures.rest: [.event(.accepted): 1]])
        try await add(
            Dictionary(uniqueKeysWithValues: (0..<40).map { ("t\($0)", [Figure.event(.accepted): 2]) }),
            minutesAgo: 0,
            2
        )
        let page = try await overview()
        #expect(!page.contains("<script>") && page.contains("17 more types are not listed"))
        #expect(page.utf8.count < 40_000)
    }

    @Test("count what the API itself accepts, cancels and redrives, and a repeat as nothing")
    func counted() async throws {
        let name = try #require(HTTPField.Name("Idempotency-Key"))
        for _ in 0..<2 { _ = try await api.submit(#"{"type": "http", "payload": 1}"#, headers: [name: "one"]) }
        let id = try #require(api.store.jobs.first?.id)
        for action in ["cancel", "redrive", "cancel", "cancel"] {
            api.clock.advance(by: .seconds(1))
            _ = try await api.answer(.post, "/jobs/\(id)/\(action)")
        }
        await api.figures.flush(to: api.figureStore)
        let slot = FigureSlot(.hour, of: api.clock.timestamp)
        let found = try #require(try await api.figureStore.figures(of: [slot])[slot])
        #expect(found == Figures(["http": [.event(.accepted): 1, .event(.cancelled): 2, .event(.redriven): 1]]))
    }
}
