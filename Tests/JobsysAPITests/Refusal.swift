import HTTPTypes
import JobsysCore
import JobsysJSON
import Testing

/// A submission that is refused, and how.
struct Refusal: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var headers: HTTPFields = [.contentType: "application/json"]
    var body: String = #"{"type":"transform","payload":null}"#
    let status: Int
    let document: JSONValue
    var answerHeaders: HTTPFields = [:]

    static let all = mediaTypes + malformed + keys + members + sizes

    private static let mediaTypes = [
        [:], [.contentType: "text/plain"], [.contentType: "application/jsonl"],
        [.contentType: "application/problem+json"],
    ]
    .map { headers in
        Refusal(
            testDescription: "Content-Type: \(headers[.contentType] ?? "none")",
            headers: headers,
            status: 415,
            document: problem(
                415,
                "Unsupported Media Type",
                "The body must be of the media type application/json, and the Content-Type must say so."
            ),
            answerHeaders: [.accept: "application/json"]
        )
    }

    private static let malformed = [
        ("", "The body is not JSON: "),
        ("{\"type\":\"transform\",}", "The body is not JSON: "),
        ("[]", "The body must be a JSON object, and it is an array."),
        ("null", "The body must be a JSON object, and it is null."),
    ]
    .map { body, detail in
        Refusal(testDescription: "body: \(body)", body: body, status: 400, document: badRequest(detail, parsing: body))
    }

    /// The parser's own words and the byte where it stopped are part of the answer.
    private static func badRequest(_ detail: String, parsing body: String) -> JSONValue {
        var detail = detail
        do {
            _ = try JSONValue(parsing: body)
        } catch {
            detail += "\(error)"
            #expect(detail.contains("at byte \(error.offset)"))
        }
        return problem(400, "Bad Request", detail)
    }

    private static let keys = ["", "two words", "clé", String(repeating: "k", count: 256)]
        .map { key in
            Refusal(
                testDescription: "Idempotency-Key of \(key.count) characters: \(key.prefix(20))",
                headers: [.contentType: "application/json", .idempotencyKey: key],
                status: 422,
                document: problem(
                    422,
                    "Unprocessable Content",
                    "The Idempotency-Key header must be 1 to 255 visible ASCII characters, without spaces."
                )
            )
        }

    private static let members = [
        Refusal(
            testDescription: "every member wrong",
            body: #"{"type":"No Such","maxAttempts":9,"a/b":1}"#,
            status: 422,
            document: problem(
                422,
                "Unprocessable Content",
                "Members of the job are missing or wrong.",
                errors: [
                    ["pointer": "/a~1b", "message": "is not a member that a job has"],
                    [
                        "pointer": "/type",
                        "message":
                            "must be a string of 1 to 64 of a-z, 0-9, '.', '_' and '-' that starts with a letter",
                    ],
                    ["pointer": "/maxAttempts", "message": "must be a whole number from 1 to 8"],
                    ["pointer": "/payload", "message": "is missing; any JSON value will do"],
                ]
            )
        )
    ]

    private static let sizes = [
        Refusal(
            testDescription: "payload one byte over the limit",
            body: #"{"type":"transform","payload":""# + String(repeating: "x", count: 256 * 1024 - 1) + #""}"#,
            status: 413,
            document: problem(
                413,
                "Content Too Large",
                "The payload has 262145 bytes as compact JSON; the limit is 262144."
            )
        ),
        Refusal(
            testDescription: "body over the limit",
            body: String(repeating: " ", count: 2 * 1024 * 1024 + 1),
            status: 413,
            document: problem(413, "Content Too Large", "The body is longer than the limit of 2097152 bytes.")
        ),
        Refusal(
            testDescription: "body over the limit in compact form",
            body: #"{"type":"transform","payload":1,"x":[0"# + String(repeating: ",0", count: 140_000) + "]}",
            status: 413,
            document: problem(413, "Content Too Large", "The body has more than 278528 bytes as compact JSON.")
        ),
    ]
}

extension HTTPField.Name {
    static let idempotencyKey = name("Idempotency-Key")
    static let xRequestID = name("X-Request-Id")

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is not a field's name") }
        return name
    }
}
