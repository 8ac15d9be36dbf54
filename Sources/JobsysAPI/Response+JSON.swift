import HTTPTypes
import Hummingbird

extension Response {
    /// Makes a response of a document; the media type is `application/json` unless the headers name another.
    init(json: [UInt8], status: HTTPResponse.Status, headers: HTTPFields = [:]) {
        var headers = headers
        if headers[.contentType] == nil {
            headers[.contentType] = "application/json"
        }
        self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }
}
