import Glibc
import JobsysObservability

/// The process's standard error.
enum StandardError {
    /// Writes a line; a closed standard error is nobody's to hear about.
    static func write(_ line: String) {
        FileDescriptorOutput(descriptor: STDERR_FILENO).write(Array("\(line)\n".utf8))
    }
}
