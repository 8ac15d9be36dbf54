import ArgumentParser
import Glibc
import JobsysJSON

/// A job's id on the command line.
enum JobIDArgument {
    /// Takes an id as it is; the service knows which there are.
    ///
    /// - Throws: `ValidationError` for one that would name something else in a URL: nothing, or a dot segment
    ///   (RFC 3986, 3.3).
    static func parse(_ text: String) throws -> String {
        guard !text.allSatisfy(\.isWhitespace) else { throw ValidationError("A job's id must not be empty.") }
        guard text != ".", text != ".." else { throw ValidationError("\"\(text)\" is no job's id.") }
        return text
    }
}

/// A JSON value on the command line, or `@` and the file that has it, as curl has it: `@-` is standard input.
struct JSONArgument: Sendable, Hashable {
    /// The value.
    let value: JSONValue

    /// The most bytes that are read from a file; the service takes less.
    static let longestFile = 16 * 1024 * 1024

    /// Reads the argument.
    ///
    /// - Throws: `ValidationError` if the file cannot be read, or what it says is no JSON.
    init(_ text: String) throws {
        do {
            value =
                text.hasPrefix("@")
                ? try JSONValue(parsing: try Self.bytes(ofFile: String(text.dropFirst())))
                : try JSONValue(parsing: text)
        } catch let error as JSONError {
            throw ValidationError("The payload is not JSON: \(error)")
        }
    }

    /// Reads a file of any kind to its end: also a pipe or a terminal.
    private static func bytes(ofFile path: String) throws -> [UInt8] {
        let isStandardInput = path == "-"
        let descriptor = unsafe isStandardInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        defer { if !isStandardInput, descriptor >= 0 { close(descriptor) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while bytes.count <= longestFile {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                let reason = unsafe String(cString: strerror(errno))
                throw ValidationError("The payload cannot be read from \(path): \(reason)")
            }
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(count)
        }
        throw ValidationError("The payload cannot be read from \(path): it has more than \(longestFile) bytes")
    }

    /// What the help says of it.
    static let help: ArgumentHelp =
        "What the handler is given: JSON, @FILE to read it from a file, or @- from standard input."
}
