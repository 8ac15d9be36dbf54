internal import HTTPTypes
internal import JobsysHashing

/// A request in the one form that both sides hash.
package struct CanonicalRequest: Sendable, Hashable {
    /// The names of the signed header fields in lower case, sorted, with semicolons between.
    package let signedHeaders: String
    let bytes: [UInt8]

    /// Puts together method, path, query, header fields, names of these, and the body's hash, a line each.
    init(_ request: HTTPRequest, bodyHash: String, dialect: SigV4Signer.Dialect) {
        let target = RequestTarget(request)
        let headers = CanonicalHeaders(of: request)
        var bytes: [UInt8] = []
        // What most requests fit, and what malloc has at hand without a search.
        bytes.reserveCapacity(960)
        bytes += request.method.rawValue.uppercased().utf8
        bytes.append(UInt8(ascii: "\n"))
        CanonicalPath.append(target.path, in: dialect, to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        bytes += QueryParameters(target.query).canonicalText.utf8
        bytes.append(UInt8(ascii: "\n"))
        headers.append(to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        bytes += headers.names.utf8
        bytes.append(UInt8(ascii: "\n"))
        bytes += bodyHash.utf8
        self.bytes = bytes
        signedHeaders = headers.names
    }

    /// The form as text, to compare it with what a service says it has computed.
    package var text: String {
        String(decoding: bytes, as: UTF8.self)
    }

    /// What the key signs: the algorithm, the time, the scope, and the hash of all this.
    package func stringToSign(at time: SigningTime, scope: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        for line in [SigV4Signer.algorithm, time.instant, scope] {
            bytes += line.utf8
            bytes.append(UInt8(ascii: "\n"))
        }
        bytes += SHA256.hexHash(self.bytes).utf8
        return bytes
    }
}

/// A request's path and query, taken apart.
struct RequestTarget {
    /// At least a slash: without one there is no request line.
    let path: Substring
    /// What comes after the question mark; empty without one.
    let query: Substring

    init(_ request: HTTPRequest) {
        let target = request.path ?? ""
        let end = target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        path = end == target.startIndex ? "/" : target[..<end]
        query = target[end...].dropFirst()
    }
}
