public import FoundationEssentials
public import JobsysJSON

extension JSONWriter {
    /// Writes a member that is a point in time: whole seconds since 1970, as AWS's JSON protocols have it.
    public mutating func member(_ name: String, timestamp date: Date) {
        member(name, Int(date.timeIntervalSince1970.rounded(.down)))
    }
}

extension JSONReader {
    /// Reads a point in time: seconds since 1970, perhaps with a fraction.
    public mutating func readTimestamp() throws(JSONError) -> Date {
        Date(timeIntervalSince1970: try readDouble())
    }
}
