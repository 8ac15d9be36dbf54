import Hummingbird
import JobsysCore
import JobsysTime

/// What the query of a request for a list says.
///
/// Parameters that nobody knows are refused: a misspelt filter must not be dropped in silence.
struct ListParameters: Sendable {
    private let list: String
    private let filters: [String]
    private var values: [String: String] = [:]

    /// The most elements that one answer can have.
    static let limitRange = 1...100
    /// The number of elements of an answer to a request that names none.
    static let defaultLimit = 20

    /// Reads the query.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - list: What is listed; cursors are good for one list.
    ///   - filters: The parameters that only this list has.
    ///   - ignoresEmpty: Whether a parameter without a value is as none: forms send all that they have.
    /// - Throws: ``Problem`` with 422 for a parameter that the list does not have, or has twice.
    init(_ request: Request, list: String, filters: [String], ignoringEmpty ignoresEmpty: Bool = false) throws {
        self.list = list
        self.filters = filters + ["since", "until"]
        let known = self.filters + ["limit", "cursor"]
        for (name, value) in request.uri.queryParameters {
            let (name, value) = (String(name), String(value))
            guard known.contains(name) else {
                throw Self.problem(
                    "There is no query parameter \(name) here; there are \(known.joined(separator: ", "))."
                )
            }
            if ignoresEmpty, value.isEmpty { continue }
            guard values.updateValue(value, forKey: name) == nil else {
                throw Self.problem("The query parameter \(name) must be given once.")
            }
        }
    }

    /// The text of a parameter; nil if it is not given.
    subscript(name: String) -> String? { values[name] }

    /// One of a type's names.
    ///
    /// - Throws: ``Problem`` with 422.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String,
        of type: Choice.Type
    ) throws -> Choice? {
        guard let text = values[name] else { return nil }
        guard let choice = Choice.allCases.first(where: { $0.rawValue == text }) else {
            let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Self.problem("The query parameter \(name) must be one of \(names).")
        }
        return choice
    }

    /// An instant.
    ///
    /// - Throws: ``Problem`` with 422.
    func time(_ name: String) throws -> Timestamp? {
        guard let text = values[name] else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw Self.problem("The query parameter \(name) must be a time such as 2026-11-21T08:30:00Z (RFC 3339).")
        }
        return time
    }

    /// How many elements are asked for.
    var limit: Int {
        get throws {
            guard let text = values["limit"] else { return Self.defaultLimit }
            guard let limit = Int(text), Self.limitRange.contains(limit) else {
                let (low, high) = (Self.limitRange.lowerBound, Self.limitRange.upperBound)
                throw Self.problem("The query parameter limit must be a whole number from \(low) to \(high).")
            }
            return limit
        }
    }

    /// Where the cursor says to go on; nil without one.
    var position: ListPosition? {
        get throws {
            guard let text = values["cursor"] else { return nil }
            guard let position = ListCursor(scope: scope).position(of: text) else {
                let rule = "must be the nextCursor of an answer to a request with the same filters."
                throw Self.problem("The query parameter cursor \(rule)")
            }
            return position
        }
    }

    /// The cursor that leads on from a position.
    func cursor(at position: ListPosition) -> String {
        ListCursor(scope: scope).text(of: position)
    }

    /// The path of the list's next part, with the same filters.
    func link(_ path: String, after position: ListPosition) -> String {
        let names = filters + ["limit"]
        let pairs = names.compactMap { name in values[name].map { "\(name)=\($0.queryEscaped)" } }
        return "\(path)?" + (pairs + ["cursor=\(cursor(at: position))"]).joined(separator: "&")
    }

    /// What must be the same from one part of the list to the next.
    private var scope: String {
        ([list] + filters.map { "\($0)=\(values[$0] ?? "")" }).joined(separator: "\n")
    }

    private static func problem(_ detail: String) -> Problem {
        Problem(.unprocessableContent, detail)
    }
}
