import JobsysCore
import JobsysTime
import Testing

@Suite("A position in a list")
struct ListPositionTests {
    private let at = Timestamp.noon

    @Test("is read back as it was written, whatever the id", arguments: ["", "x", "message#a#b"])
    func text(id: String) {
        let position = ListPosition(at: at, id: id)
        #expect(position.description == "2026-11-21T12:00:00.000Z#\(id)")
        #expect(ListPosition(position.description) == position)
    }

    @Test("is not read from anything else", arguments: ["", "2026-11-21T12:00:00.000Z", "today#x", "#x"])
    func malformed(text: String) {
        #expect(ListPosition(text) == nil)
    }

    @Test("lies before all of its instant, unless it has an id")
    func order() {
        let sorted = [
            ListPosition(at: at + .milliseconds(-1), id: "z"), ListPosition(before: at), ListPosition(at: at, id: "a"),
            ListPosition(at: at, id: "b"), ListPosition(before: at + .milliseconds(1)),
        ]
        #expect(sorted.shuffled().sorted() == sorted)
        #expect(sorted.map(\.description).sorted() == sorted.map(\.description))
    }

    @Test("of a section lies where something can be, whatever the section asks for")
    func bounded() {
        let all = ListSection(since: .earliest, until: .latest, limit: 1).bounded(at: at)
        #expect(all.since == at + .seconds(-460 * 86400))
        #expect(all.until == at + .seconds(300))
        let part = ListSection(since: at + .seconds(-10), until: at, limit: 1)
        #expect(part.bounded(at: at) == part)
        let future = ListSection(since: at + .seconds(86400), until: .latest, limit: 1).bounded(at: at)
        #expect(future.start < future.end)
    }

    @Test("limits a section on the side of the newer elements")
    func section() {
        var section = ListSection(since: at + .seconds(-10), until: at, limit: 1)
        #expect(section.start == ListPosition(before: at))
        #expect(section.end == ListPosition(before: at + .seconds(-10)))
        section.position = ListPosition(at: at + .seconds(-5), id: "x")
        #expect(section.start == ListPosition(at: at + .seconds(-5), id: "x"))
        section.position = ListPosition(at: at + .seconds(5), id: "x")
        #expect(section.start == ListPosition(before: at))
    }
}

extension Timestamp {
    fileprivate static let noon = Timestamp(milliseconds: 1_795_262_400_000)
}
