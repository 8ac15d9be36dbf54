import JobsysJSON

/// An error answer.
struct Refusal: Error {
    var code: String
    var message: String
    /// More members of the body.
    var details: JSONObject = [:]
    /// What was consumed all the same.
    var units: CapacityUnits?

    init(_ code: String, _ message: String) {
        self.code = code
        self.message = message
    }

    static let unknownOperation = Refusal("UnknownOperationException", "There is no such operation.")

    static func invalid(_ member: String) -> Refusal {
        Refusal("ValidationException", "\(member) is missing, wrong, or more than this stub knows.")
    }
}

extension StubResponse {
    /// An answer of 200.
    init(_ body: JSONWriter) {
        self.init(contentType: Self.json, body: body.bytes)
    }

    static func refusal(_ refusal: Refusal, status: Int = 400) -> StubResponse {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("__type", "com.amazonaws.stub#\(refusal.code)")
            // The transaction's error alone has a capital letter.
            writer.member(refusal.code == "TransactionCanceledException" ? "Message" : "message", refusal.message)
            for member in refusal.details.members { writer.member(member.key, member.value) }
        }
        return StubResponse(status, contentType: json, body: writer.bytes)
    }

    private static let json = "application/x-amz-json-1.0"
}

extension JSONWriter {
    static var emptyObject: JSONWriter {
        var writer = JSONWriter(capacity: 2)
        writer.object { _ in }
        return writer
    }
}
