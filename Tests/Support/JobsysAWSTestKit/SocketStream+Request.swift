import HTTPTypes

extension SocketStream {
    /// Reads one request; `nil` at the end of the stream or for what is no HTTP.
    mutating func readRequest(connection: Int) -> ReceivedRequest? {
        guard let head = readHead() else { return nil }
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        let start = lines.first?.split(separator: " ") ?? []
        guard start.count == 3 else { return nil }
        var headers = HTTPFields()
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = HTTPField.Name(String(parts[0])) else { return nil }
            headers.append(HTTPField(name: name, value: String(parts[1].drop { $0 == " " })))
        }
        guard let body = readBody(headers) else { return nil }
        return ReceivedRequest(
            method: String(start[0]),
            path: String(start[1]),
            headers: headers,
            body: body,
            rawHead: head,
            connection: connection
        )
    }

    private mutating func readBody(_ headers: HTTPFields) -> [UInt8]? {
        if headers[.transferEncoding]?.lowercased() == "chunked" { return readChunks() }
        return read(headers[.contentLength].flatMap { Int($0) } ?? 0)
    }

    private mutating func readChunks() -> [UInt8]? {
        var body: [UInt8] = []
        while let line = readLine(), let size = Int(String(decoding: line, as: UTF8.self), radix: 16) {
            if size == 0 { return readTrailers() ? body : nil }
            guard let chunk = read(size), readLine() != nil else { return nil }
            body += chunk
        }
        return nil
    }

    private mutating func readTrailers() -> Bool {
        while let line = readLine() {
            if line.isEmpty { return true }
        }
        return false
    }
}
