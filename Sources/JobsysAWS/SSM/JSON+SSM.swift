import JobsysJSON

extension JSONWriter {
    /// Writes that secure strings are wanted in clear, if they are.
    mutating func decryption(_ isWanted: Bool) {
        if isWanted { member("WithDecryption", true) }
    }
}

extension JSONReader {
    /// Reads an array of parameters.
    mutating func readParameters() throws(JSONError) -> [SSM.Parameter] {
        try readElements { reader throws(JSONError) in try SSM.Parameter(&reader) }
    }
}
