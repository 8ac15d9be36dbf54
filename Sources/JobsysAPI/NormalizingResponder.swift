import HTTPTypes
import Hummingbird

/// Answers requests for equivalent targets alike: a percent-encoded character that needs none is decoded before the
/// target is matched with the routes.
///
/// Source: RFC 3986, section 6.2.2.2.
struct NormalizingResponder<Base: HTTPResponder>: HTTPResponder where Base.Context == APIRequestContext {
    private let base: Base

    /// Makes a responder in front of another one.
    init(_ base: Base) {
        self.base = base
    }

    func respond(to request: Request, context: APIRequestContext) async throws -> Response {
        guard let target = request.head.path, target.utf8.contains(UInt8(ascii: "%")) else {
            return try await base.respond(to: request, context: context)
        }
        var head = request.head
        head.path = normalized(target)
        return try await base.respond(to: Request(head: head, body: request.body), context: context)
    }
}

/// A target without the percent-encoded octets that stand for unreserved characters (RFC 3986, section 2.3).
private func normalized(_ target: String) -> String {
    let bytes = Array(target.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
        if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
            let high = Character(Unicode.Scalar(bytes[index + 1])).hexDigitValue,
            let low = Character(Unicode.Scalar(bytes[index + 2])).hexDigitValue,
            isUnreserved(UInt8(high * 16 + low))
        {
            result.append(UInt8(high * 16 + low))
            index += 3
        } else {
            result.append(bytes[index])
            index += 1
        }
    }
    return String(decoding: result, as: UTF8.self)
}

private func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: "-._~".utf8.contains(byte)
    }
}
