/// The parts of a URI in the form that is signed.
enum CanonicalURI {
    /// Removes dot segments and empty segments, then encodes what is encoded already once more.
    static func path(_ path: Substring) -> String {
        var segments: [Substring] = []
        for segment in path.split(separator: "/") where segment != "." {
            if segment != ".." {
                segments.append(segment)
            } else if !segments.isEmpty {
                segments.removeLast()
            }
        }
        let end = path.hasSuffix("/") && !segments.isEmpty ? "/" : ""
        return "/" + segments.map { PercentEncoding.encode($0) }.joined(separator: "/") + end
    }

    /// Sorts the parameters by encoded name, then by encoded value; what has been left bare is encoded.
    static func query(_ query: Substring) -> String {
        guard !query.isEmpty else { return "" }
        return query.split(separator: "&", omittingEmptySubsequences: false)
            .map { parameter in
                let name = parameter.prefix { $0 != "=" }
                let value = parameter.dropFirst(name.count + 1)
                return (name: PercentEncoding.complete(name), value: PercentEncoding.complete(value))
            }
            .sorted { ($0.name, $0.value) < ($1.name, $1.value) }
            .map { "\($0.name)=\($0.value)" }
            .joined(separator: "&")
    }

    /// The Host header as clients send it: lower case, no user, no port that the scheme implies.
    static func host(_ authority: String, scheme: String?) -> String {
        let host = authority.drop(while: { $0 != "@" }).dropFirst()
        let lower = (host.isEmpty ? authority[...] : host).lowercased()
        let implied = scheme?.lowercased() == "http" ? ":80" : ":443"
        return lower.hasSuffix(implied) ? String(lower.dropLast(implied.count)) : lower
    }
}
