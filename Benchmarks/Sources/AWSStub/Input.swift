import JobsysJSON

/// The input of an operation.
struct Input {
    let json: JSONValue

    init(_ body: [UInt8]) throws(JSONError) {
        json = try JSONValue(parsing: body)
    }

    init(_ json: JSONValue) {
        self.json = json
    }

    func string(_ member: String) throws(Refusal) -> String {
        guard let text = json[member]?.stringValue else { throw .invalid(member) }
        return text
    }

    func object(_ member: String) throws(Refusal) -> JSONObject {
        guard let object = json[member]?.objectValue else { throw .invalid(member) }
        return object
    }

    func array(_ member: String) throws(Refusal) -> [JSONValue] {
        guard let array = json[member]?.arrayValue else { throw .invalid(member) }
        return array
    }

    func int(_ member: String) -> Int? {
        json[member]?.intValue
    }
}
