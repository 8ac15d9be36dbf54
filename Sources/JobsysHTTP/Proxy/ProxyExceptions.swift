/// Hosts that are reached without a proxy, as `NO_PROXY` lists them.
struct ProxyExceptions: Sendable, Hashable {
    private enum Rule: Hashable {
        case everything
        /// The name itself and all below it.
        case name(String, port: Int?)
        case network(IPAddress, bits: Int, port: Int?)
    }

    /// Where credentials and instance metadata come from: no proxy may see them, and none could reach them.
    private static let metadataAddresses = [
        "169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23",
    ]
    .compactMap { IPAddress($0) }

    private let rules: [Rule]

    /// Reads names, addresses and networks with commas or spaces between; a leading dot is ignored, `*` is everything.
    init(_ list: String) {
        rules = list.split { $0 == "," || $0.isWhitespace }.compactMap { Self.rule($0) }
    }

    /// Whether a host is among them; this host and the metadata services always are.
    func contains(_ host: HostAndPort, port: Int) -> Bool {
        let address = IPAddress(host.name)
        if let address, address.isLoopback || Self.metadataAddresses.contains(address) { return true }
        if host.name == "localhost" { return true }
        return rules.contains { rule in
            switch rule {
            case .everything: true
            case .name(let name, let onlyPort):
                address == nil && onlyPort ?? port == port && (host.name == name || host.name.hasSuffix("." + name))
            case .network(let network, let bits, let onlyPort):
                onlyPort ?? port == port && address?.shares(bits, with: network) == true
            }
        }
    }

    /// What makes no sense matches nothing.
    private static func rule(_ entry: Substring) -> Rule? {
        if entry == "*" { return .everything }
        if let slash = entry.firstIndex(of: "/") {
            guard let network = IPAddress(String(entry[..<slash])),
                let bits = Int(entry[entry.index(after: slash)...]), (0...network.bytes.count * 8).contains(bits)
            else { return nil }
            return .network(network, bits: bits, port: nil)
        }
        // An IPv6 address may stand without brackets here.
        if let address = IPAddress(String(entry)) { return .network(address, bits: address.bytes.count * 8, port: nil) }
        guard let host = HostAndPort(entry.drop { $0 == "." }) else { return nil }
        if let address = IPAddress(host.name) {
            return .network(address, bits: address.bytes.count * 8, port: host.port)
        }
        return .name(host.name, port: host.port)
    }
}
