import Glibc
import Synchronization

/// A file that a process writes, read line by line while it grows.
final class OutputFile: Sendable {
    private struct State {
        var offset: off_t = 0
        var partialLine: [UInt8] = []
        var lines: [String] = []
    }

    let path: String
    private let state = Mutex(State())

    init(path: String) {
        self.path = path
    }

    /// All whole lines so far.
    var lines: [String] {
        state.withLock { state in
            for chunk in read(from: state.offset) {
                state.offset += off_t(chunk.count)
                state.partialLine += chunk
            }
            let parts = state.partialLine.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            state.lines += parts.dropLast().map { String(decoding: $0, as: UTF8.self) }
            state.partialLine = Array(parts.last ?? [])
            return state.lines
        }
    }

    /// All of it, also a last line without an end.
    var text: String {
        String(decoding: read(from: 0).joined(), as: UTF8.self)
    }

    private func read(from offset: off_t) -> [[UInt8]] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var chunks: [[UInt8]] = []
        var position = offset
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = pread(descriptor, &buffer, buffer.count, position)
            guard count > 0 else { return chunks }
            chunks.append(Array(buffer.prefix(count)))
            position += off_t(count)
        }
    }
}
