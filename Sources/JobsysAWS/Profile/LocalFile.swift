import FoundationEssentials
import Glibc

/// A small file on this machine: settings or a token.
struct LocalFile {
    /// Why a file was not read or written; never its content.
    struct Failure: Error, CustomStringConvertible {
        let description: String
        var isMissing = false
    }

    let path: String

    /// The whole content of a file of at most `limit` bytes; never blocks, not even on a pipe that nobody writes to.
    func bytes(limit: Int = 1024 * 1024) throws(Failure) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.failure("cannot be opened") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure("cannot be read") }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else {
                throw Failure(description: "is larger than \(limit) bytes")
            }
        }
    }

    /// The whole content as UTF-8, without surrounding white space.
    func text() throws(Failure) -> String {
        guard let text = String(validating: try bytes(), as: UTF8.self) else {
            throw Failure(description: "is not UTF-8")
        }
        return text.trimmed(where: \.isWhitespace)
    }

    /// Replaces the content in one step, readable for this user only.
    func replace(with bytes: [UInt8]) throws(Failure) {
        let temporary = "\(path).\(UUID().uuidString)"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("cannot be written") }
        let written = unsafe write(descriptor, bytes, bytes.count)
        guard close(descriptor) == 0, written == bytes.count, unsafe rename(temporary, path) == 0 else {
            let failure = Self.failure("cannot be written")
            unsafe unlink(temporary)
            throw failure
        }
    }

    private static func failure(_ problem: String) -> Failure {
        let code = errno
        return Failure(description: "\(problem) (errno \(code))", isMissing: code == ENOENT || code == ENOTDIR)
    }
}
