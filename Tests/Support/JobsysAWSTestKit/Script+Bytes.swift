import HTTPTypes

extension Script {
    /// What goes over the wire; empty for scripts that send nothing.
    func bytes(for request: ReceivedRequest) -> [UInt8] {
        switch self {
        case .respond(let status, let headers, let body):
            let hasLength = status != 204 && status != 304
            let length = hasLength ? ["Content-Length: \(body.count)"] : []
            return Self.head(status, headers, length) + (request.method == "HEAD" || !hasLength ? [] : body)
        case .respondChunked(let status, let headers, let chunks):
            let body = chunks.flatMap { Array("\(String($0.count, radix: 16))\r\n".utf8) + $0 + Array("\r\n".utf8) }
            return Self.head(status, headers, ["Transfer-Encoding: chunked"]) + body + Array("0\r\n\r\n".utf8)
        case .truncate(let contentLength, let sending):
            return Self.head(200, [:], ["Content-Length: \(contentLength)"]) + sending
        case .send(let bytes), .sendThenClose(let bytes):
            return bytes
        case .closeWithoutAnswer, .reset, .hang, .delayed, .sequence:
            return []
        }
    }

    private static func head(_ status: Int, _ headers: HTTPFields, _ framing: [String]) -> [UInt8] {
        let fields = headers.map { "\($0.name.rawName): \($0.value)" }
        let lines = ["HTTP/1.1 \(status) Scripted"] + fields + framing
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }
}
