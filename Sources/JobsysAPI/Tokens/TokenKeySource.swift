import HTTPTypes
package import JobsysHTTP
import JobsysJSON

/// Where an issuer publishes its keys.
package struct TokenKeySource: Sendable {
    /// How the place is known.
    package enum Place: Sendable, Hashable {
        /// It is this one.
        case known(HTTPURL)
        /// The issuer's discovery document names it.
        case discovered(issuer: String, HTTPURL)
    }

    private let place: Place
    private let transport: any HTTPTransport
    private static let timeouts = TransportTimeouts(connect: .seconds(2), request: .seconds(5))

    /// Makes a source; the transport bounds what is read of an answer.
    package init(_ place: Place, transport: any HTTPTransport) {
        self.place = place
        self.transport = transport
    }

    /// How a transport has to be made that keys are read by.
    package static func limit(_ configuration: inout CurlTransport.Configuration) {
        configuration.maxResponseBytes = TokenKeySet.longest
        configuration.maxConnectionsPerHost = 1
        configuration.maxConnections = 2
    }

    /// The document of the keys.
    ///
    /// - Throws: ``TokenKeyError`` for an answer that is none; `TransportError` if there is no answer in five seconds.
    func read() async throws -> [UInt8] {
        switch place {
        case .known(let url): try await get(url)
        case .discovered(let issuer, let url): try await get(try await discover(issuer, url))
        }
    }

    /// Source: OpenID Connect Discovery 1.0, sections 4.1 and 4.3.
    private func discover(_ issuer: String, _ url: HTTPURL) async throws -> HTTPURL {
        let bytes = try await get(url.appending(path: "/.well-known/openid-configuration"))
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes, limits: JSONLimits(depth: 16, bytes: TokenKeySet.longest))
        } catch {
            throw TokenKeyError("the discovery document is no JSON: \(error)")
        }
        guard document["issuer"]?.stringValue?.utf8.elementsEqual(issuer.utf8) == true else {
            throw TokenKeyError("the discovery document is another issuer's")
        }
        guard let place = document["jwks_uri"]?.stringValue.flatMap(HTTPURL.init), place.isTrustworthy else {
            throw TokenKeyError("the discovery document names no https URL of keys")
        }
        return place
    }

    private func get(_ url: HTTPURL) async throws -> [UInt8] {
        let request = url.request(.get, headerFields: [.accept: "application/json"])
        let response = try await transport.send(request, body: [], timeouts: Self.timeouts)
        guard response.status == 200 else { throw TokenKeyError("\(url.origin) answered \(response.status)") }
        return response.body
    }
}

extension HTTPURL {
    /// Whether what comes from there is what its owner sent: by https, or from this machine.
    var isTrustworthy: Bool { user == nil && (scheme == "https" || isLoopback) }
}
