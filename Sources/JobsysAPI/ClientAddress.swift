import HTTPTypes
import JobsysHTTP
import JobsysServiceRuntime
import NIOCore

/// The proxies whose word on where a request comes from is believed.
package struct TrustedProxies: Sendable, Hashable {
    private let blocks: [AddressBlock]

    /// Nobody's word is believed: a request comes from where its connection comes from.
    package static let none = TrustedProxies(blocks: [])

    private init(blocks: [AddressBlock]) {
        self.blocks = blocks
    }

    /// Reads addresses and blocks of addresses with commas between; nil if one of them is malformed.
    package init?(_ text: String) {
        let entries = text.split(separator: ",", omittingEmptySubsequences: false).map { String($0.trimmed) }
        let blocks = entries.compactMap { AddressBlock($0) }
        guard blocks.count == entries.count else { return nil }
        self.blocks = blocks
    }

    /// Where a request comes from.
    ///
    /// Each proxy adds the address of whoever it was asked by at the end of `X-Forwarded-For`, so the field is read from
    /// there, for as long as who has written an entry is trusted. What is left of the first address that is not trusted,
    /// or of an entry that is no address, anybody may have made up.
    ///
    /// - Parameters:
    ///   - peer: The other end of the connection; nil if it has no IP address.
    ///   - headers: The request's.
    /// - Returns: The address; nil if the connection has none.
    func client(of peer: ClientAddress?, _ headers: HTTPFields) -> ClientAddress? {
        guard var client = peer, contains(client) else { return peer }
        let entries = headers[values: .forwardedFor]
            .flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        for entry in entries.reversed() {
            guard let address = ClientAddress(forwarded: entry.trimmed) else { break }
            client = address
            guard contains(client) else { break }
        }
        return client
    }

    private func contains(_ client: ClientAddress) -> Bool {
        blocks.contains { $0.contains(client.address) }
    }
}

/// The IP address of a client or a proxy; one of IPv4 is the same over a socket of IPv6.
package struct ClientAddress: Sendable, Hashable, CustomStringConvertible {
    fileprivate let address: IPAddress

    package var description: String { address.description }

    /// Reads an address without brackets, a port or a zone; nil for anything else.
    package init?(_ text: String) {
        guard let address = IPAddress(text)?.unmapped else { return nil }
        self.address = address
    }

    /// The address that stands for all of its network: of IPv6 the first 64 bits, of IPv4 the address itself.
    var network: ClientAddress {
        guard address.bytes.count == 16 else { return self }
        return ClientAddress(IPAddress(bytes: address.bytes.prefix(8) + [UInt8](repeating: 0, count: 8)))
    }

    private init(_ address: IPAddress) {
        self.address = address
    }

    /// The other end of a connection; nil if it has no IP address.
    init?(_ address: SocketAddress?) {
        guard let text = address?.ipAddress else { return nil }
        self.init(text)
    }

    /// Reads an entry of `X-Forwarded-For`: an address, to which some proxies add a port; nil if it is anything else.
    ///
    /// Source: Elastic Load Balancing, "HTTP headers and Application Load Balancers".
    fileprivate init?(forwarded entry: Substring) {
        if entry.first == "[" {
            guard let end = entry.firstIndex(of: "]"), isPort(entry[entry.index(after: end)...]) else { return nil }
            self.init(String(entry[..<end].dropFirst()))
        } else if let colon = entry.firstIndex(of: ":"), isPort(entry[colon...]), entry.contains(".") {
            self.init(String(entry[..<colon]))
        } else {
            self.init(String(entry))
        }
    }
}

/// Whether a text is empty, or a port after a colon.
private func isPort(_ text: Substring) -> Bool {
    text.isEmpty || text.first == ":" && UInt16(text.dropFirst()) != nil
}

extension Substring {
    /// The text without spaces and tabs at its ends.
    var trimmed: Substring {
        let start = drop { " \t".contains($0) }
        guard let last = start.lastIndex(where: { !" \t".contains($0) }) else { return "" }
        return start[...last]
    }
}

extension HTTPField.Name {
    /// `X-Forwarded-For`.
    static let forwardedFor = name("X-Forwarded-For")
}

extension Setting where Value == TrustedProxies {
    /// `TRUSTED_PROXIES`: the proxies whose word on where a request comes from is believed.
    static var trustedProxies: Self {
        Setting(
            "TRUSTED_PROXIES",
            summary: "The proxies and load balancers before svc-api, whose X-Forwarded-For is believed",
            expected: "addresses and blocks of addresses with commas between, such as 10.0.0.0/16,fd00::/8"
        ) { TrustedProxies($0) }
    }
}
