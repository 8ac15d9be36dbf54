public import HTTPTypes

/// Answers of AWS, and what networks, proxies and services make of them.
extension Script {
    /// A success as AWS JSON has it.
    public static func json(_ text: String, headers: HTTPFields = [:]) -> Script {
        .respond(headers: headers, text: text)
    }

    /// An error as AWS JSON has it.
    public static func error(_ status: Int, _ code: String, headers: HTTPFields = [:], members: String = "") -> Script {
        .respond(status, headers: headers, text: #"{"__type":"com.amazonaws#\#(code)","message":"because"\#(members)}"#)
    }

    /// The page of a load balancer or a proxy.
    public static func html(_ status: Int) -> Script {
        let page = "<html><head><title>\(status)</title></head><body><center><h1>\(status)</h1></center></body></html>"
        return .respond(status, headers: [.contentType: "text/html"], text: page)
    }

    /// A redirect to a place on the same server.
    public static func redirect(_ status: Int, to path: String) -> Script {
        .respond(status, headers: [.location: path])
    }

    /// A success with the checksum of something else.
    public static func wrongChecksum(_ text: String) -> Script {
        guard let field = HTTPField.Name("x-amz-crc32") else { preconditionFailure("the field's name is a good one") }
        return .json(text, headers: [field: "1"])
    }

    /// A success that declares so many bytes more than it has, or fewer, and keeps the connection.
    public static func wrongLength(_ text: String, by difference: Int) -> Script {
        .send(Array("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count + difference)\r\n\r\n\(text)".utf8))
    }

    /// The first half of a success, whose length is declared, and then something else, such as ``reset``.
    public static func half(_ text: String, then next: Script) -> Script {
        let half = text.utf8.prefix(text.utf8.count / 2)
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n"
        return .sequence([.send(Array(head.utf8) + half), next])
    }

    /// The first half of a success whose end is the connection's, as if that were all.
    public static func unframedHalf(_ text: String) -> Script {
        .sendThenClose(
            Array("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".utf8) + text.utf8.prefix(text.utf8.count / 2)
        )
    }

    /// The first chunk of a success, and no last one.
    public static func unfinishedChunks(_ text: String) -> Script {
        let size = String(text.utf8.count, radix: 16)
        return .sendThenClose(
            Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(size)\r\n\(text)\r\n".utf8)
        )
    }

    /// A success in two pieces with a pause between them.
    public static func slow(_ text: String, pause: Duration) -> Script {
        let rest = Array(text.utf8.dropFirst(text.utf8.count / 2))
        return .half(text, then: .delayed(pause, .send(rest)))
    }

    /// A success whose body has so many bytes.
    public static func oversized(_ count: Int) -> Script {
        .json(#"{"New":""# + String(repeating: "x", count: max(0, count - 10)) + #""}"#)
    }
}
