import JSON

extension JSONWriter {
    mutating func strings(_ name: String, _ values: [String]) {
        array(name) { for value in values { $0.string(value) } }
    }

    mutating func member(_ name: String, base64 bytes: [UInt8]) {
        member(name, Base64.encode(bytes))
    }
}

extension JSONReader {
    mutating func readElements<Element>(
        _ element: (inout JSONReader) throws(JSONError) -> Element
    ) throws(JSONError) -> [Element] {
        var elements: [Element] = []
        try readArray { reader throws(JSONError) in elements.append(try element(&reader)) }
        return elements
    }

    mutating func readBase64() throws(JSONError) -> [UInt8] {
        guard let bytes = Base64.decode(try readString()) else { throw failure("the string is not base64") }
        return bytes
    }

    /// Reads the members that are there; null counts as absent, as AWS's services mean it.
    mutating func readMembers(
        _ member: (inout JSONReader, String) throws(JSONError) -> Void
    ) throws(JSONError) {
        try readObject { reader, key throws(JSONError) in
            if try !reader.readNullIfPresent() { try member(&reader, key) }
        }
    }
}
