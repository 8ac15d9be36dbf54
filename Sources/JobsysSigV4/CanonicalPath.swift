/// A request's path in the form that is signed.
enum CanonicalPath {
    /// Appends the path, which is percent-encoded as it is sent, in the dialect's form.
    static func append(_ path: Substring, in dialect: SigV4Signer.Dialect, to bytes: inout [UInt8]) {
        guard path.utf8.first == slash else { return append("/\(path)", in: dialect, to: &bytes) }
        // The path of every call in a JSON protocol.
        guard path.utf8.count > 1 else { return bytes.append(slash) }
        let path = dialect.normalizesPath ? normalized(path.utf8) : Array(path.utf8)
        if dialect.encodesPathAgain {
            PercentEncoding.append(path, keeping: slash, to: &bytes)
        } else {
            bytes += path
        }
    }

    private static let slash = UInt8(ascii: "/")

    /// The path without dot segments (RFC 3986, section 5.2.4) and empty segments.
    private static func normalized(_ path: Substring.UTF8View) -> [UInt8] {
        var segments: [Substring.UTF8View] = []
        for segment in path.split(separator: slash) where !segment.elementsEqual(".".utf8) {
            if !segment.elementsEqual("..".utf8) {
                segments.append(segment)
            } else if !segments.isEmpty {
                segments.removeLast()
            }
        }
        let joined = [slash] + segments.joined(separator: [slash])
        return path.last == slash && !segments.isEmpty ? joined + [slash] : joined
    }
}
