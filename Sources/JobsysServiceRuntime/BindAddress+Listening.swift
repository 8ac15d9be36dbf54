import Glibc
package import Hummingbird

extension BindAddress {
    /// The address to listen on.
    ///
    /// - Parameters:
    ///   - host: An IP address or a host name; `*` for every address, of IPv4 and of IPv6.
    ///   - port: The port; 0 takes a free one.
    /// - Returns: The address.
    package static func listening(on host: String, port: Int) -> BindAddress {
        guard host == "*" else { return .hostname(host, port: port) }
        return .hostname(takesBothFamilies ? "::" : "0.0.0.0", port: port)
    }

    /// Whether a socket of IPv6 is to be had and takes connections of IPv4, too, as Linux does unless it is told not to.
    ///
    /// Source: ipv6(7), `IPV6_V6ONLY`.
    private static var takesBothFamilies: Bool {
        let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var isOnly: Int32 = 1
        var size = socklen_t(MemoryLayout<Int32>.size)
        let result = unsafe getsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &isOnly, &size)
        return result == 0 && isOnly == 0
    }
}
