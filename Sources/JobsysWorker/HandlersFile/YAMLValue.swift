import Yams

/// A value of a YAML document, with its place in the file and the keys that lead to it.
struct YAMLValue: Sendable {
    /// What it is.
    enum Content: Sendable {
        /// A text; one that is not quoted may stand for a number, a truth value or null.
        case scalar(String, isQuoted: Bool)
        /// A sequence.
        case list([YAMLValue])
        /// A mapping, in the order of the file.
        case map([Member])
    }

    /// A key, the place of the key, and its value.
    struct Member: Sendable {
        var key: String
        var place: FilePlace
        var value: YAMLValue
    }

    var content: Content
    var place: FilePlace
    /// The keys that lead here, such as `handlers.report.build.policy`; empty for the document.
    var path: String

    /// Whether it is `null`, `~` or nothing at all.
    var isNull: Bool {
        guard case .scalar(let text, isQuoted: false) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }
}

/// A place in a file; lines and columns count from 1, columns in Unicode scalars.
struct FilePlace: Sendable, Hashable, Comparable {
    var line: Int
    var column: Int

    static let start = FilePlace(line: 1, column: 1)

    static func < (one: Self, other: Self) -> Bool {
        (one.line, one.column) < (other.line, other.column)
    }
}

extension FilePlace {
    fileprivate init(_ mark: Mark?) {
        self = mark.map { FilePlace(line: $0.line, column: $0.column) } ?? .start
    }
}

/// The first thing that is wrong with a text that is to be YAML.
struct YAMLSyntaxError: Error, Sendable, Hashable {
    var message: String
    var place: FilePlace
}

extension YAMLValue {
    /// More values than a file that people write has; aliases can stand for any number of them.
    private static let countLimit = 10_000
    /// With so many aliases no document that the parser builds takes it more than seconds, however they refer to each other.
    private static let aliasLimit = 48

    /// Reads a document; nil if there is none.
    init?(parsing text: String) throws(YAMLSyntaxError) {
        guard Self.aliasCount(text) <= Self.aliasLimit else {
            throw YAMLSyntaxError(message: "more than \(Self.aliasLimit) aliases", place: .start)
        }
        let root: Node?
        do {
            root = try Parser(yaml: text, encoding: .utf8).singleRoot()
        } catch {
            throw YAMLSyntaxError(error)
        }
        guard let root else { return nil }
        var left = Self.countLimit
        try self.init(root, path: "", left: &left)
    }

    private init(_ node: Node, path: String, left: inout Int) throws(YAMLSyntaxError) {
        place = FilePlace(node.mark)
        self.path = path
        left -= 1
        guard left > 0 else {
            throw YAMLSyntaxError(
                message: "more than \(Self.countLimit) values, those of aliases counted",
                place: place
            )
        }
        switch node {
        case .scalar(let scalar):
            content = .scalar(scalar.string, isQuoted: scalar.style != .plain)
        case .sequence(let nodes):
            var values: [YAMLValue] = []
            for (index, node) in nodes.enumerated() {
                values.append(try YAMLValue(node, path: "\(path)[\(index)]", left: &left))
            }
            content = .list(values)
        case .mapping(let pairs):
            var members: [Member] = []
            for (key, value) in pairs {
                let place = FilePlace(key.mark)
                guard let name = key.scalar?.string else {
                    throw YAMLSyntaxError(message: "a key that is no text", place: place)
                }
                let value = try YAMLValue(value, path: path.isEmpty ? name : "\(path).\(name)", left: &left)
                members.append(Member(key: name, place: place, value: value))
            }
            content = .map(members)
        case .alias:
            throw YAMLSyntaxError(message: "an alias that refers to nothing", place: place)
        }
    }

    /// How many aliases the text has, or a few more: a quoted text may look like one.
    private static func aliasCount(_ text: String) -> Int {
        var count = 0
        var (last, beforeLast): (UInt8, UInt8) = (0, 0x0A)
        for byte in text.utf8 {
            let isName = 0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte || byte == 0x5F
            if last == UInt8(ascii: "*"), isName, " \t\r\n[]{},:?-".utf8.contains(beforeLast) { count += 1 }
            (beforeLast, last) = (last, byte)
        }
        return count
    }
}

extension YAMLSyntaxError {
    fileprivate init(_ error: any Error) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let context = context.map { "\($0.text) that begins in line \($0.mark.line): " } ?? ""
            self.init(message: context + problem, place: FilePlace(mark))
        case YamlError.reader(let problem, let offset, _, let yaml):
            let before = yaml.prefix(offset ?? 0)
            let column = before.reversed().prefix { !$0.isNewline }.count + 1
            self.init(message: problem, place: FilePlace(line: before.count(where: \.isNewline) + 1, column: column))
        case YamlError.duplicatedKeysInMapping(let keys, let context):
            let names = keys.map(\.debugDescription).joined(separator: ", ")
            self.init(message: "the key \(names) stands there more than once", place: FilePlace(context.mark))
        default:
            self.init(message: "\(error)", place: .start)
        }
    }
}
