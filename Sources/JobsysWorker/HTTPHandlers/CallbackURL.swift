import Glibc
import JobsysServiceRuntime

extension Setting where Value == String? {
    /// `CALLBACK_URL`: where endpoints that run jobs reach this worker.
    static var callbackURL: Self {
        Setting<String>
            .url(
                "CALLBACK_URL",
                summary: "Where endpoints reach this worker, to say how asynchronous jobs ended; unset, its own address"
            )
            .optional
    }
}

/// Where others reach this process, as far as it can tell itself.
enum CallbackURL {
    /// The URL of a server of this process.
    ///
    /// - Parameters:
    ///   - host: The address that it listens on, or `*`.
    ///   - port: The port.
    /// - Returns: The URL, without a path.
    static func own(host: String, port: Int) -> String {
        let host = host == "*" ? ownAddress ?? "127.0.0.1" : host
        return "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// The address from which this machine reaches others; nil if it has none but the loopback's.
    ///
    /// A datagram socket's connection is a look at the routes, and sends nothing. Where it leads to is an address for
    /// documentation (RFC 5737, RFC 3849).
    private static var ownAddress: String? {
        var four = sockaddr_in()
        four.sin_family = sa_family_t(AF_INET)
        four.sin_port = in_port_t(9).bigEndian
        unsafe inet_pton(AF_INET, "192.0.2.1", &four.sin_addr)
        var six = sockaddr_in6()
        six.sin6_family = sa_family_t(AF_INET6)
        six.sin6_port = in_port_t(9).bigEndian
        unsafe inet_pton(AF_INET6, "2001:db8::1", &six.sin6_addr)
        return address(towards: &four, family: AF_INET) ?? address(towards: &six, family: AF_INET6)
    }

    private static func address<Address>(towards target: inout Address, family: Int32) -> String? {
        let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var size = socklen_t(MemoryLayout<Address>.size)
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        return unsafe withUnsafeMutableBytes(of: &target) { bytes in
            guard let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                unsafe connect(descriptor, start, size) == 0,
                unsafe getsockname(descriptor, start, &size) == 0,
                unsafe getnameinfo(start, size, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
            else { return nil }
            return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }
}
