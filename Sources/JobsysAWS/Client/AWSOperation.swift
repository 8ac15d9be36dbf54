import HTTPTypes
public import JobsysHTTP
public import JobsysJSON

/// One operation of a service that speaks AWS JSON: its input, how it is written and how its answer is read.
public protocol AWSOperation<Output>: WireOperation {
    /// What the caller gets.
    associatedtype Output

    /// Writes the input as one JSON object; called once for all attempts.
    func encode(to writer: inout JSONWriter)

    /// Reads the answer, one JSON value; unknown members are to be skipped.
    static func decode(_ reader: inout JSONReader) throws -> Output
}

extension AWSOperation {
    /// The input as JSON, with the operation's name in `X-Amz-Target`.
    public func content() -> WireContent {
        let service = Self.service
        var fields = HTTPFields()
        // With room for what is added to each attempt.
        fields.reserveCapacity(9)
        fields.append(HTTPField(name: .contentType, value: service.contentType))
        fields.append(HTTPField(name: .awsTarget, value: service.targetPrefix + "." + Self.name))
        if service.isQueryCompatible { fields.append(HTTPField(name: .awsQueryMode, value: "true")) }
        return WireContent(fields: fields, body: body())
    }

    /// They differ in their bodies.
    public static var hasOneHead: Bool { true }

    /// The input as JSON.
    public func body() -> [UInt8] {
        // What the input of most operations fits.
        var writer = JSONWriter(capacity: 992)
        encode(to: &writer)
        return writer.bytes
    }

    /// Reads the answer's JSON.
    public static func read(_ response: TransportResponse) throws -> Output {
        var reader = JSONReader(response.body)
        let output = try decode(&reader)
        try reader.finish()
        return output
    }
}

extension AWSOperation where Output == Void {
    /// Reads an answer that says nothing more.
    public static func decode(_ reader: inout JSONReader) throws { try reader.readNothing() }
}
