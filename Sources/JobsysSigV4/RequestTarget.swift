internal import HTTPTypes

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
