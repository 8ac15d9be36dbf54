import FoundationEssentials
package import JobsysJSON

/// How parameters and results become JSON and come back: the same way wherever jobs are submitted, run or tested.
package enum JobCoding {
    /// Reads a handler's parameters from a job's payload.
    ///
    /// - Parameters:
    ///   - payload: The payload.
    ///   - type: What to make of it.
    /// - Returns: The parameters.
    /// - Throws: ``JobFailure`` of class `VALIDATION` that says where the payload does not fit.
    package static func parameters<Parameters: Decodable>(
        in payload: JSONValue,
        as type: Parameters.Type
    ) throws(JobFailure) -> Parameters {
        if let payload = payload as? Parameters { return payload }
        do {
            return try decode(type, from: payload)
        } catch let failure as JobFailure {
            throw failure
        } catch let error as DecodingError {
            throw JobFailure(.validation, "the payload does not fit: \(error.finding)")
        } catch {
            throw JobFailure(.validation, "the payload does not fit: \(error)")
        }
    }

    /// Reads a value, such as the result of a job.
    ///
    /// - Throws: `DecodingError`, or what the type's own `init(from:)` throws.
    package static func decode<Value: Decodable>(_ type: Value.Type, from json: JSONValue) throws -> Value {
        if let json = json as? Value { return json }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(Value.self, from: Data(json.serialized()))
    }

    /// Writes a value, such as parameters to submit or a handler's output.
    ///
    /// - Throws: `EncodingError`, or what the type's own `encode(to:)` throws.
    package static func encode(_ value: some Encodable) throws -> JSONValue {
        if let json = value as? JSONValue { return json }
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        return try JSONValue(parsing: Array(encoder.encode(value)))
    }
}

extension DecodingError {
    /// Where and what, without Foundation's debug text.
    package var finding: String {
        switch self {
        case .keyNotFound(let key, let context): "\(context.pointer.appending(key.stringValue)) is missing"
        case .typeMismatch(let type, let context): "\(context.place) must be of type \(type)"
        case .valueNotFound(let type, let context): "\(context.place) must be of type \(type), not null"
        // The debug text would quote the payload, which may hold secrets.
        case .dataCorrupted(let context): "\(context.place) has a value that cannot be used"
        @unknown default: "it cannot be decoded"
        }
    }
}

extension DecodingError.Context {
    /// The pointer; the root's is empty and says nothing to a reader.
    fileprivate var place: String { pointer.place }

    fileprivate var pointer: JSONPointer { JSONPointer(codingPath) }
}

extension EncodingError {
    /// Where and what, without the value, which Foundation's own text would quote.
    package var finding: String {
        switch self {
        case .invalidValue(let value, let context):
            "\(JSONPointer(context.codingPath).place) has a value of type \(type(of: value)) that cannot be written"
        @unknown default: "it cannot be encoded"
        }
    }
}

extension JSONPointer {
    fileprivate init(_ path: [any CodingKey]) {
        self = path.reduce(.root) { pointer, key in
            key.intValue.map { pointer.appending($0) } ?? pointer.appending(key.stringValue)
        }
    }

    /// The pointer, as a sentence begins with it.
    fileprivate var place: String { self == .root ? "it" : "\(self)" }
}
