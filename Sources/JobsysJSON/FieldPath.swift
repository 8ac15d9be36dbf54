/// A place in JSON documents, in the notation of JSONPath (RFC 9535), of which it has the names, the indices and the wildcards:
/// `customer.email`, `cards[*].number`, `lines[0]`, `parties.*.name`, `["a.b"]`; `$` is the whole document.
///
/// It is for values that must not be shown, and so it rather finds too much: a name finds the member of each element where there
/// is an array, and a wildcard or an index the members of an object too.
public struct FieldPath: Sendable, Hashable {
    enum Step: Sendable, Hashable {
        case name(String)
        case index(Int)
        case all
    }

    let steps: [Step]
    /// The path as it was written, without the `$` that it may begin with.
    public let description: String

    /// Reads a path; nil if it is none, or longer than ``lengthLimit``.
    public init?(_ text: String) {
        guard (1...Self.lengthLimit).contains(text.utf8.count),
            !text.unicodeScalars.contains(where: { $0.value < 0x20 })
        else { return nil }
        var rest = text[...]
        if rest.first == "$" {
            rest = rest.dropFirst()
            if rest.first == "." { rest = rest.dropFirst() }
        }
        description = rest.isEmpty ? "$" : String(rest)
        var steps: [Step] = []
        var isFirst = true
        while !rest.isEmpty {
            if rest.first == "[" {
                guard let step = Self.bracketed(&rest) else { return nil }
                steps.append(step)
            } else {
                if !isFirst {
                    guard rest.first == "." else { return nil }
                    rest = rest.dropFirst()
                }
                let name = rest.prefix { !".[]".contains($0) }
                guard !name.isEmpty, !name.contains(where: { "\"'".contains($0) }) else { return nil }
                steps.append(name == "*" ? .all : .name(String(name)))
                rest = rest.dropFirst(name.count)
            }
            isFirst = false
        }
        self.steps = steps
    }

    /// The longest path, in UTF-8 bytes.
    public static let lengthLimit = 256

    /// Reads `[*]`, `[0]`, `["name"]` or `['name']` from the start of a text.
    private static func bracketed(_ rest: inout Substring) -> Step? {
        rest = rest.dropFirst()
        if let quote = rest.first, "\"'".contains(quote) {
            let name = rest.dropFirst().prefix { $0 != quote }
            rest = rest.dropFirst(name.count + 1)
            guard rest.hasPrefix("\(quote)]") else { return nil }
            rest = rest.dropFirst(2)
            return .name(String(name))
        }
        let text = rest.prefix { $0 != "]" }
        rest = rest.dropFirst(text.count)
        guard rest.first == "]" else { return nil }
        rest = rest.dropFirst()
        if text == "*" { return .all }
        guard text.allSatisfy({ ("0"..."9").contains($0) }), let index = Int(text) else { return nil }
        return .index(index)
    }
}

extension FieldPath: CustomStringConvertible {}

extension FieldPath: ExpressibleByStringLiteral {
    /// A path that the program's own code writes; one that is none stops the program.
    public init(stringLiteral text: String) {
        guard let path = FieldPath(text) else {
            preconditionFailure("\(text) is no path of a field, such as customer.email or cards[*].number")
        }
        self = path
    }
}

extension JSONValue {
    /// The document with each value that one of the paths leads to replaced by another.
    public func replacing(_ paths: [FieldPath], with mark: JSONValue) -> JSONValue {
        guard !paths.isEmpty else { return self }
        return visited(paths.map { $0.steps[...] }, at: .root) { _, _ in mark }
    }

    /// The values that the paths lead to, with their places; of one inside another, the outer one alone.
    public func values(at paths: [FieldPath]) -> [(pointer: JSONPointer, value: JSONValue)] {
        guard !paths.isEmpty else { return [] }
        var found: [(pointer: JSONPointer, value: JSONValue)] = []
        _ = visited(paths.map { $0.steps[...] }, at: .root) { pointer, value in
            found.append((pointer, value))
            return value
        }
        return found
    }

    private func visited(
        _ ways: [ArraySlice<FieldPath.Step>],
        at pointer: JSONPointer,
        _ change: (JSONPointer, JSONValue) -> JSONValue
    ) -> JSONValue {
        guard !ways.isEmpty else { return self }
        var ways = ways
        // What is no array stands in the place of the one element of it.
        switch self {
        case .array: break
        // Its members are what a wildcard at the end finds.
        case .object: ways += ways.flatMap { way in way.insideOneElement.filter { !$0.isEmpty || way.last != .all } }
        case .null, .bool, .number, .string: ways += ways.flatMap(\.insideOneElement)
        }
        if ways.contains(where: \.isEmpty) { return change(pointer, self) }
        switch self {
        case .null, .bool, .number, .string:
            return self
        case .array(let elements):
            return .array(
                elements.enumerated()
                    .map { index, element in
                        element.visited(ways.compactMap { $0.following(index) }, at: pointer.appending(index), change)
                    }
            )
        case .object(let object):
            return .object(
                JSONObject(
                    object.members.map { member in
                        let ways = ways.compactMap { $0.following(member.key) }
                        return (member.key, member.value.visited(ways, at: pointer.appending(member.key), change))
                    }
                )
            )
        }
    }
}

extension ArraySlice<FieldPath.Step> {
    /// What is left of the way inside an element of an array; nil if it leads elsewhere.
    fileprivate func following(_ index: Int) -> ArraySlice? {
        switch first {
        // The array stands in the place of one object.
        case .name: self
        case .index(let wanted): wanted == index ? dropFirst() : nil
        case .all: dropFirst()
        case nil: nil
        }
    }

    /// What is left of the way inside a member of an object; nil if it leads elsewhere.
    fileprivate func following(_ name: String) -> ArraySlice? {
        switch first {
        case .name(let wanted): wanted == name ? dropFirst() : nil
        case .all: dropFirst()
        case .index, nil: nil
        }
    }

    /// The way without the steps into arrays that it begins with, one by one; empty if it begins with none.
    fileprivate var insideOneElement: [ArraySlice] {
        var ways: [ArraySlice] = []
        var rest = self
        while let step = rest.first {
            if case .name = step { break }
            rest = rest.dropFirst()
            ways.append(rest)
        }
        return ways
    }
}
