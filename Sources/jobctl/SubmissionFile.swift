import ArgumentParser
import Glibc
import JobsysHashing
import JobsysJSON

/// A file of submissions, one a line; it is read bit by bit, and no more of it is held than the line that is being read.
final class SubmissionFile: Sendable {
    /// What it is called where its lines are told apart from those of other files; nil for what is no regular file, such as
    /// standard input: then nobody can say whether its lines came before.
    let name: String?
    /// How many bytes it has; nil if that is not known.
    let size: Int?
    private let descriptor: Int32

    /// Opens a file, or takes standard input for `-`.
    ///
    /// - Throws: `ValidationError` if it cannot be read.
    init(path: String) throws {
        descriptor = unsafe path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, unsafe fstat(descriptor, &status) == 0 else {
            throw ValidationError("\(path) cannot be read: \(unsafe String(cString: strerror(errno)))")
        }
        let isRegular = status.st_mode & S_IFMT == S_IFREG
        size = isRegular ? Int(status.st_size) : nil
        name = isRegular && path != "-" ? path.split(separator: "/").last.map(String.init) : nil
    }

    deinit {
        if descriptor != STDIN_FILENO { close(descriptor) }
    }

    /// How long nothing may come before those who wait for more are told so.
    static let patience = Duration.milliseconds(200)

    /// Reads on; empty at the end, and nil if nothing comes for a while.
    ///
    /// It waits without holding a thread, so that a signal is heard.
    ///
    /// - Throws: `CancellationError`; `ValidationError` if it cannot be read.
    func read() async throws -> [UInt8]? {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            try Task.checkCancellation()
            var source = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&source, 1, 0) > 0 else {
                guard ContinuousClock.now < deadline else { return nil }
                try await Task.sleep(for: .milliseconds(20))
                continue
            }
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            if count >= 0 { return Array(buffer.prefix(count)) }
            guard errno == EINTR || errno == EAGAIN else {
                throw ValidationError("The file cannot be read: \(unsafe String(cString: strerror(errno)))")
            }
        }
    }
}

/// One line of a file of submissions.
struct SubmissionLine: Sendable {
    /// Its number; the first one is 1.
    let number: Int
    /// The job as a member of a batch: as compact JSON, with an idempotency key.
    let job: [UInt8]
    /// The keys by which it has to come after earlier lines that share one.
    let keys: Set<String>

    /// What is wrong with a line.
    struct Flaw: Error {
        let reason: String
    }

    /// The longest line, in bytes: one with the largest payload there is and escape sequences all over it.
    static let limit = 1_700_000

    /// Reads a line.
    ///
    /// One that names no idempotency key gets one that is the same at every run of the same name: a hash of that name, the
    /// line's number and what it says.
    init(_ bytes: [UInt8], number: Int, run: String) throws(Flaw) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw Flaw(reason: "the line is not JSON: \(error)")
        }
        guard case .object(var members) = value else { throw Flaw(reason: "the line must be a JSON object") }
        if members["idempotencyKey"] == nil {
            let identity = Array("\(run)\n\(number)\n".utf8) + value.canonical()
            members["idempotencyKey"] = .string("jobctl-\(SHA256.hexHash(identity).prefix(32))")
        }
        self.number = number
        job = JSONValue.object(members).serialized()
        keys = Set(
            ["idempotencyKey", "orderingKey"].compactMap { name in members[name]?.stringValue.map { "\(name)=\($0)" } }
        )
    }
}

/// Cuts what is read into lines.
struct LineReader {
    /// What comes next.
    enum Event: Hashable {
        /// A line that says something, by its number and without its end.
        case line(Int, [UInt8])
        /// A line that is too long, of which nothing was kept.
        case tooLong(Int)
        /// Nothing, for now.
        case silence
    }

    private let limit: Int
    private let read: () async throws -> [UInt8]?
    private var buffer: ArraySlice<UInt8> = []
    private var line: [UInt8] = []
    private var isTooLong = false
    private var hasBegun = false
    private var isAtEnd = false
    private var number = 0
    /// How many bytes were read.
    private(set) var offset = 0

    /// Makes a reader; `read` answers the next bytes, none at the end, and nil if they take a while.
    init(limit: Int = SubmissionLine.limit, read: @escaping () async throws -> [UInt8]?) {
        self.limit = limit
        self.read = read
    }

    /// The next line that is not blank, or that there is none yet; nil at the end.
    mutating func next() async throws -> Event? {
        while true {
            if buffer.isEmpty, !isAtEnd {
                guard let bytes = try await read() else { return .silence }
                isAtEnd = bytes.isEmpty
                buffer = bytes[...]
            }
            guard !isAtEnd || hasBegun else { return nil }
            guard takeLine() || isAtEnd else { continue }
            defer { (line, isTooLong, hasBegun) = ([], false, false) }
            number += 1
            if isTooLong { return .tooLong(number) }
            if !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }) { return .line(number, line) }
        }
    }

    /// Moves what there is of a line out of the buffer; answers whether that is its end.
    private mutating func takeLine() -> Bool {
        hasBegun = true
        let part = buffer.prefix { $0 != UInt8(ascii: "\n") }
        let isWhole = part.endIndex < buffer.endIndex
        isTooLong = isTooLong || line.count + part.count > limit
        line = isTooLong ? [] : line + part
        buffer = buffer[part.endIndex...].dropFirst(isWhole ? 1 : 0)
        offset += part.count + (isWhole ? 1 : 0)
        return isWhole
    }
}
