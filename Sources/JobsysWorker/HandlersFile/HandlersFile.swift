import Glibc
import JobsysCore
import JobsysJSON
import JobsysProcess

/// What a handlers file says: which jobs are run by other programs, and how jobs of a type are treated.
struct HandlersFile: Sendable {
    /// The path that it was read from.
    var path: String
    /// The handlers, in the order of the file.
    var handlers: [Handler] = []
    /// What makes jobs of the messages of an inbox, in the order of the file.
    var inbox: [InboxRule] = []

    /// What runs the jobs of a type, and its policy.
    struct Handler: Sendable {
        /// The job type.
        var type: String
        var kind: Kind
        var policy: PolicyChanges
        /// Where it stands in the file.
        var place: FilePlace
    }

    /// What runs the jobs of a type.
    enum Kind: Sendable, Hashable {
        /// An HTTP endpoint.
        case http(HTTPTarget)
        /// A program.
        case command(CommandTarget)
        /// A handler of the worker's own code, whose policy alone the file has.
        case code
    }

    /// Which messages of an inbox become jobs, and of which type.
    struct InboxRule: Sendable, Hashable {
        /// The members that a message must have, with their values.
        var match: JSONObject
        /// The type of the job.
        var type: String
    }
}

extension HandlersFile {
    /// The longest file that is read.
    private static let sizeLimit = 1024 * 1024

    /// Reads a file and checks all of it.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - codeTypes: The types that the worker's own code runs.
    ///   - environment: What `env:NAME` in the file refers to.
    /// - Throws: All that is wrong with the file.
    init(path: String, codeTypes: Set<String>, environment: [String: String]) throws(HandlersFileError) {
        let text: String
        do {
            text = try Self.text(at: path)
        } catch {
            throw HandlersFileError(file: path, problems: [HandlersFileError.Problem(error.message)])
        }
        try self.init(text: text, path: path, codeTypes: codeTypes, environment: environment)
    }

    /// Reads the text of a file.
    init(
        text: String,
        path: String,
        codeTypes: Set<String>,
        environment: [String: String]
    ) throws(HandlersFileError) {
        self.path = path
        let document: YAMLValue?
        do {
            document = try YAMLValue(parsing: text)
        } catch {
            let problem = HandlersFileError.Problem(error.message, place: error.place)
            throw HandlersFileError(file: path, problems: [problem])
        }
        guard let document, !document.isNull else {
            throw HandlersFileError(file: path, problems: [HandlersFileError.Problem("the file is empty")])
        }
        var reader = HandlersFileReader(folder: Self.folder(of: path), environment: environment)
        for member in reader.members(of: document, known: ["handlers", "inbox"]) where !member.value.isNull {
            if member.key == "handlers" {
                handlers = reader.handlers(member.value, codeTypes: codeTypes)
            } else {
                inbox = reader.inbox(member.value)
            }
        }
        guard reader.problems.isEmpty else { throw HandlersFileError(file: path, problems: reader.problems) }
    }

    /// The folder of a file; nil for the one that the worker works in.
    private static func folder(of path: String) -> String? {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
    }

    private struct Unreadable: Error {
        var message: String
    }

    private static func text(at path: String) throws(Unreadable) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Unreadable(message: "cannot be opened: \(systemMessage(errno))") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Unreadable(message: "cannot be read: \(systemMessage(errno))") }
            if count == 0 { break }
            bytes += buffer[..<count]
            guard bytes.count <= sizeLimit else { throw Unreadable(message: "has more than \(sizeLimit) bytes") }
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Unreadable(message: "is not UTF-8") }
        return text
    }
}

extension HandlersFileReader {
    fileprivate mutating func handlers(_ value: YAMLValue, codeTypes: Set<String>) -> [HandlersFile.Handler] {
        members(of: value, expected: "job types and what runs them")
            .compactMap { member in
                guard isJobTypeName(member.key) else {
                    report("no job type: 1 to 64 of a-z, 0-9, \".\", \"_\" and \"-\", a letter first", at: member)
                    return nil
                }
                return handler(member, isCode: codeTypes.contains(member.key))
            }
    }

    private mutating func handler(_ entry: YAMLValue.Member, isCode: Bool) -> HandlersFile.Handler? {
        let keys = members(of: entry.value, known: ["http", "command"] + Self.commandKeys + ["policy"])
        var changes = PolicyChanges()
        if let member = keys.first(where: { $0.key == "policy" }) { changes = policy(member.value) }
        let http = keys.first { $0.key == "http" }
        let command = keys.first { $0.key == "command" }
        let commandKeys = keys.filter { Self.commandKeys.contains($0.key) }
        if command == nil {
            for key in commandKeys { report("belongs to command, which is not there", at: key) }
        }
        var kind: HandlersFile.Kind?
        switch (http, command) {
        case (let http?, nil): kind = httpTarget(http.value).map { .http($0) }
        case (nil, let command?): kind = commandTarget(command.value, commandKeys).map { .command($0) }
        case (_?, let command?): report("there is http already, and one of the two runs the jobs", at: command)
        case (nil, nil):
            guard case .map = entry.value.content else { return nil }
            if isCode { kind = .code } else { report("expected http or command", at: entry) }
        }
        if isCode, http != nil || command != nil {
            report("the worker itself runs jobs of this type, and only its policy can stand here", at: entry)
        }
        return kind.map { HandlersFile.Handler(type: entry.key, kind: $0, policy: changes, place: entry.place) }
    }

    fileprivate mutating func inbox(_ value: YAMLValue) -> [HandlersFile.InboxRule] {
        (list(value, expected: "a list of rules") ?? [])
            .compactMap { rule in
                var (match, type): (JSONObject?, String?)
                let keys = members(of: rule, known: ["match", "type"])
                for member in keys {
                    if member.key == "match" {
                        _ = members(of: member.value, expected: "members and their values")
                        match = member.value.json.objectValue
                    } else {
                        type = self.value(member.value, expected: "a job type") { isJobTypeName($0) ? $0 : nil }
                    }
                }
                if case .map = rule.content {
                    for key in ["match", "type"] where !keys.contains(where: { $0.key == key }) {
                        report("\(key) is missing", at: rule)
                    }
                }
                guard let match, let type else { return nil }
                return HandlersFile.InboxRule(match: match, type: type)
            }
    }
}

extension YAMLValue {
    /// The value as JSON: texts that are not quoted may be null, truth values and numbers.
    fileprivate var json: JSONValue {
        switch content {
        case .scalar: scalarJSON
        case .list(let values): .array(values.map(\.json))
        case .map(let members): .object(JSONObject(members.map { ($0.key, $0.value.json) }))
        }
    }

    private var scalarJSON: JSONValue {
        guard case .scalar(let text, let isQuoted) = content, !isQuoted else {
            if case .scalar(let text, _) = content { return .string(text) }
            return .null
        }
        if isNull { return .null }
        guard let first = text.first, first.isNumber || "-tf".contains(first) else { return .string(text) }
        do {
            // What is a number or a truth value in JSON is one in YAML.
            return try JSONValue(parsing: Array(text.utf8))
        } catch {
            return .string(text)
        }
    }
}
