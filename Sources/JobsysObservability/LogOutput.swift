/// Where finished log lines go.
public protocol LogOutput: Sendable {
    /// Writes one line, which ends with its newline; must not fail, and must not wait for long.
    func write(_ line: [UInt8])
}

extension LogOutput where Self == FileDescriptorOutput {
    /// The process's standard output.
    public static var standardOutput: FileDescriptorOutput {
        FileDescriptorOutput(descriptor: 1)
    }
}
