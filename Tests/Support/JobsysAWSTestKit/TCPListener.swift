import Glibc

/// A system call that failed while a scripted server was started.
public struct ScriptedServerError: Error, CustomStringConvertible {
    let call: String
    let code = errno

    /// The call and its error number.
    public var description: String { "\(call) failed with errno \(code)" }
}

enum TCPListener {
    /// Listens on a free port of 127.0.0.1.
    static func open() throws(ScriptedServerError) -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ScriptedServerError(call: "socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let failed = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(descriptor, generic, size) != 0 || listen(descriptor, 1024) != 0
                    || getsockname(descriptor, generic, &size) != 0
            }
        }
        guard !failed else {
            defer { close(descriptor) }
            throw ScriptedServerError(call: "bind, listen or getsockname")
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }
}
