import HTTPTypes
import JobsysAWS
import JobsysAWSTestKit
import Testing

/// A fault that every answer of a server has, and what a caller sees of it.
struct WireFault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let script: Script
    let code: String
    let kind: AWSError.Kind
    /// The pauses between the attempts; there is one attempt more than there are pauses.
    let pauses: [Duration]
    /// Whether a write may have taken effect.
    let isUnknown: Bool
    /// Whether a write is not repeated, because it is known to have taken effect.
    let isSuccess: Bool

    static let short: [Duration] = [.milliseconds(25), .milliseconds(50), .milliseconds(100)]
    static let long: [Duration] = [.seconds(1), .seconds(2), .seconds(4)]
    private static let answer = #"{"Item":{"PK":{"S":"a"}}}"#

    static let all = network + bodies + services

    private static let network = [
        WireFault("a reset before the answer", .reset, "TransportConnectionLost", .network),
        WireFault("an end before the answer", .closeWithoutAnswer, "TransportConnectionLost", .network),
        WireFault(
            "a reset within the head",
            .sequence([.send(Array("HTTP/1.1 200 OK\r\nContent-Le".utf8)), .reset]),
            "TransportConnectionLost",
            .network
        ),
        WireFault("a reset within the body", .half(answer, then: .reset), "TransportConnectionLost", .network),
        WireFault(
            "an end within the body",
            .half(answer, then: .closeWithoutAnswer),
            "TransportConnectionLost",
            .network
        ),
        WireFault("an end between chunks", .unfinishedChunks(answer), "TransportConnectionLost", .network),
        WireFault("no HTTP", .sendThenClose([0, 1, 2, 255, 13, 10]), "TransportMalformedResponse", .network),
        WireFault("too much", .oversized(70_000), "TransportResponseTooLarge", .network, pauses: []),
    ]

    /// What never comes; the caller has to say how long it waits.
    static let silence = [
        WireFault("silence", .hang, "TransportTimedOut", .network),
        WireFault("silence within the body", .half(answer, then: .hang), "TransportTimedOut", .network),
        WireFault("a length that is too long", .wrongLength(answer, by: 1), "TransportTimedOut", .network),
    ]

    private static let bodies = [
        WireFault(
            "a length that is too short",
            .wrongLength(answer, by: -1),
            "UnreadableAnswer",
            .malformedResponse,
            isSuccess: true
        ),
        WireFault("half a document", .unframedHalf(answer), "UnreadableAnswer", .malformedResponse, isSuccess: true),
        WireFault("an empty success", .json(""), "UnreadableAnswer", .malformedResponse, isSuccess: true),
        WireFault("a success in HTML", .html(200), "UnreadableAnswer", .malformedResponse, isSuccess: true),
        WireFault("two documents", .json(answer + answer), "UnreadableAnswer", .malformedResponse, isSuccess: true),
        WireFault("a wrong checksum", .wrongChecksum(answer), "ChecksumMismatch", .malformedResponse, isSuccess: true),
    ]

    private static let services = [
        WireFault("an internal error", .error(500, "InternalServerError"), "InternalServerError", .transient),
        WireFault("a load balancer's page", .html(503), "HTTP503", .transient),
        WireFault("a gateway that waited in vain", .respond(504), "HTTP504", .transient),
        WireFault(
            "throttling",
            .error(400, "ThrottlingException"),
            "ThrottlingException",
            .throttling,
            pauses: long,
            isUnknown: false
        ),
        WireFault(
            "throttling that asks for a pause",
            .error(503, "SlowDown", headers: [retryAfter: "1500"]),
            "SlowDown",
            .throttling,
            pauses: [.milliseconds(1500), .seconds(2), .seconds(4)],
            isUnknown: false
        ),
        WireFault(
            "a lack of throughput",
            .error(400, "ProvisionedThroughputExceededException"),
            "ProvisionedThroughputExceededException",
            .throttling,
            pauses: long,
            isUnknown: false
        ),
        WireFault("a redirect", .redirect(307, to: "/"), "HTTP307", .client, pauses: [], isUnknown: false),
        WireFault("a firewall's page", .html(403), "HTTP403", .client, pauses: [], isUnknown: false),
        WireFault(
            "an expired session token",
            .error(400, "ExpiredTokenException"),
            "ExpiredTokenException",
            .credentials,
            pauses: [],
            isUnknown: false
        ),
        WireFault(
            "a wrong signature",
            .error(400, "InvalidSignatureException", headers: [.date: "Thu, 01 Jan 2026 00:00:00 GMT"]),
            "InvalidSignatureException",
            .credentials,
            pauses: [],
            isUnknown: false
        ),
        WireFault(
            "a wrong signature and a clock that is off",
            .error(400, "InvalidSignatureException", headers: [.date: "Thu, 01 Jan 2026 01:00:00 GMT"]),
            "InvalidSignatureException",
            .credentials,
            pauses: [.zero],
            isUnknown: false
        ),
    ]

    private static let retryAfter = HTTPField.Name("x-amz-retry-after") ?? .retryAfter

    private init(
        _ name: String,
        _ script: Script,
        _ code: String,
        _ kind: AWSError.Kind,
        pauses: [Duration] = short,
        isUnknown: Bool = true,
        isSuccess: Bool = false
    ) {
        testDescription = name
        self.script = script
        self.code = code
        self.kind = kind
        self.pauses = pauses
        self.isUnknown = isUnknown
        self.isSuccess = isSuccess
    }
}
