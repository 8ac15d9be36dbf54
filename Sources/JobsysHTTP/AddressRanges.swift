import CJobsysCurl
import Glibc

/// Ranges of IP addresses.
public struct AddressRanges: Sendable, Hashable {
    private struct Range: Sendable, Hashable {
        var network: IPAddress
        var bits: Int
    }

    private let ranges: [Range]

    /// Makes ranges of the first bits of addresses of 4 or 16 bytes.
    package init(_ networks: [(bytes: [UInt8], bits: Int)]) {
        ranges = networks.map { Range(network: IPAddress(bytes: $0.bytes), bits: $0.bits) }
    }

    /// No address at all.
    public static let none = AddressRanges([])

    /// The addresses at which platforms hand out credentials and other secrets to whoever asks: 169.254.0.0/16 and fe80::/10,
    /// which are link-local, and fd00:ec2::/32, which is how EC2 and EKS reach the same by IPv6.
    ///
    /// An IPv4 address counts in each of the forms in which IPv6 carries one.
    ///
    /// Source: Amazon EC2 User Guide, "Access instance metadata for an EC2 instance".
    public static let linkLocal = AddressRanges([
        ([169, 254, 0, 0], 16),
        ([0xFE, 0x80] + [UInt8](repeating: 0, count: 14), 10),
        ([0xFD, 0x00, 0x0E, 0xC2] + [UInt8](repeating: 0, count: 12), 32),
    ])

    /// Whether there is no address in it.
    public var isEmpty: Bool { ranges.isEmpty }

    /// Whether a host is written as an address in one of the ranges, in any notation that a resolver takes; a name is not.
    public func contains(host: String) -> Bool {
        IPAddress(resolving: host).map(contains) ?? false
    }

    /// Whether the address is in one of the ranges.
    func contains(_ address: IPAddress) -> Bool {
        let address = address.carried ?? address
        return ranges.contains { $0.network.shares($0.bits, with: address) }
    }
}

extension IPAddress {
    /// Reads an address as a resolver does, such as `0xa9fea9fe`, `169.254.43518` and `fe80::1%eth0`; nil for a name.
    fileprivate init?(resolving host: String) {
        var address = in_addr()
        if unsafe inet_aton(host, &address) == 1 {
            self.init(bytes: unsafe withUnsafeBytes(of: &address) { unsafe Array($0) })
        } else {
            self.init(String(host.prefix { $0 != "%" }))
        }
    }

    /// Reads what curl is about to connect to; nil if that has no IP address.
    init?(_ address: UnsafePointer<curl_sockaddr>) {
        var count: Int32 = 0
        guard let start = unsafe ccurl_address_bytes(address, &count) else { return nil }
        self.init(bytes: unsafe Array(UnsafeBufferPointer(start: start, count: Int(count))))
    }

    /// The IPv4 address that this one stands for: mapped, compatible (RFC 4291, section 2.5.5), translated (RFC 6052) or
    /// 6to4 (RFC 3056); nil for any other.
    fileprivate var carried: IPAddress? {
        guard bytes.count == 16 else { return nil }
        let zeros = [UInt8](repeating: 0, count: 8)
        if bytes.starts(with: [0x20, 0x02]) { return IPAddress(bytes: Array(bytes[2..<6])) }
        let carriers = [zeros + [0, 0, 0xFF, 0xFF], zeros + [0, 0, 0, 0], [0x00, 0x64, 0xFF, 0x9B] + zeros]
        return carriers.contains { bytes.starts(with: $0) } ? IPAddress(bytes: Array(bytes[12...])) : nil
    }
}

extension TransportError {
    /// The host has an address that must not be connected to.
    static func refused(_ authority: String, _ address: String) -> TransportError {
        TransportError(
            code: .addressRefused,
            message: "\(authority): \(address) is an address that no connection may go to",
            requestMayHaveBeenReceived: false
        )
    }
}
