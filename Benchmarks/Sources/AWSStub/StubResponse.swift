import JobsysHashing

/// A response, ready to be sent.
struct StubResponse {
    let bytes: [UInt8]

    /// Writes a response with the fields that the services send; DynamoDB alone has the checksum.
    init(_ status: Int = 200, contentType: String, body: [UInt8], hasCRC32: Bool = false) {
        let checksum = hasCRC32 ? "\r\nx-amz-crc32: \(CRC32.checksum(body))" : ""
        let head = """
            HTTP/1.1 \(status) \(Self.reason(of: status))\r
            x-amzn-RequestId: 7a62c49f-347e-4fc4-9331-6e8e7a96aa73\r
            Date: Mon, 01 Jan 2024 00:00:00 GMT\r
            Content-Type: \(contentType)\r
            Content-Length: \(body.count)\(checksum)\r
            Connection: keep-alive\r
            \r

            """
        bytes = Array(head.utf8) + body
    }

    private static func reason(of status: Int) -> String {
        switch status {
        case 200: "OK"
        case 500: "Internal Server Error"
        default: "Bad Request"
        }
    }
}
