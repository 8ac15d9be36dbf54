/// The parts of an authority: `host`, `host:port`, `[address]:port`.
struct HostAndPort: Hashable {
    /// In lower case, without brackets and without a dot at the end.
    let name: String
    let port: Int?

    init?(_ authority: Substring) {
        let isBracketed = authority.first == "["
        guard
            let end = isBracketed ? authority.firstIndex(of: "]") : authority.firstIndex(of: ":") ?? authority.endIndex
        else { return nil }
        var name = authority[..<end].lowercased()
        if isBracketed { name.removeFirst() }
        if name.last == "." { name.removeLast() }
        let tail = isBracketed ? authority[end...].dropFirst() : authority[end...]
        guard !name.isEmpty, name.utf8.allSatisfy({ $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "@") }) else {
            return nil
        }
        self.name = name
        guard !tail.isEmpty else {
            port = nil
            return
        }
        guard tail.first == ":", let port = UInt16(tail.dropFirst()), port > 0 else { return nil }
        self.port = Int(port)
    }

    var bracketedName: String { name.contains(":") ? "[\(name)]" : name }
}
