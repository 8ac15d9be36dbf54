/// Hosts that are reached without a proxy, as `NO_PROXY` lists them.
struct ProxyExceptions: Sendable, Hashable {
    private enum Rule: Hashable {
        case everything
        /// The name itself and all below it.
        case name(String, port: Int?)
        case network(AddressBlock, port: Int?)
    }

    private let rules: [Rule]

    /// Reads names, addresses and networks with commas or spaces between; a leading dot is ignored, `*` is everything.
    init(_ list: String) {
        rules = list.split { $0 == "," || $0.isWhitespace }.compactMap { Self.rule($0) }
    }

    /// Whether a host is among them; this machine always is.
    func contains(_ authority: URLAuthority, port: Int) -> Bool {
        let host = authority.comparableHost
        let address = IPAddress(host)
        if host == "localhost" || address?.isLoopback == true { return true }
        return rules.contains { rule in
            switch rule {
            case .everything: true
            case .name(let name, let onlyPort):
                address == nil && onlyPort ?? port == port && (host == name || host.hasSuffix("." + name))
            case .network(let network, let onlyPort):
                onlyPort ?? port == port && address.map(network.contains) == true
            }
        }
    }

    /// What makes no sense matches nothing.
    private static func rule(_ entry: Substring) -> Rule? {
        if entry == "*" { return .everything }
        // An IPv6 address may stand without brackets here.
        if let network = AddressBlock(String(entry)) { return .network(network, port: nil) }
        guard !entry.contains("/"), let entry = URLAuthority(entry.drop { $0 == "." }), entry.user == nil else {
            return nil
        }
        if let network = AddressBlock(entry.host) { return .network(network, port: entry.port) }
        return .name(entry.comparableHost, port: entry.port)
    }
}
