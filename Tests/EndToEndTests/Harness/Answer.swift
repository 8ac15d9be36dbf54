import HTTPTypes
import JobsysJSON

/// What a service answered.
struct Answer: Sendable, CustomStringConvertible {
    let status: Int
    let headers: HTTPFields
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The body, which must be JSON.
    var json: JSONValue {
        get throws { try JSONValue(parsing: body) }
    }

    /// The body of an answer that must have this status.
    func json(status expected: Int) throws -> JSONValue {
        guard status == expected else { throw HarnessError("not \(expected): \(self)") }
        return try json
    }

    var description: String {
        "\(status) \(text)"
    }
}
