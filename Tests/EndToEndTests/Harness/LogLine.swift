import FoundationEssentials
import JobsysJSON

/// One line of a service's log.
struct LogLine: Sendable {
    /// When it was written.
    let time: Date
    private let members: JSONObject

    /// Reads a line; nil if it is not what the services are to write: one JSON object with the common members.
    init?(_ text: String) {
        // What is no JSON is no line of the log: that is all the caller asks.
        guard let members = (try? JSONValue(parsing: text))?.objectValue, let instant = members["ts"]?.stringValue,
            let time = try? Date(instant, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)),
            instant.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil,
            ["level", "component", "msg"].allSatisfy({ members[$0]?.stringValue != nil })
        else { return nil }
        self.time = time
        self.members = members
    }

    var message: String { self["msg"] ?? "" }
    var level: String { self["level"] ?? "" }

    /// A member, as text.
    subscript(key: String) -> String? {
        guard let value = members[key] else { return nil }
        return value.stringValue ?? value.serializedString
    }

    /// A member, as a number, whether it is written as one or as text.
    func number(_ key: String) -> Double? {
        self[key].flatMap { Double($0) }
    }

    /// These members alone, as text.
    func members(_ keys: String...) -> [String: String] {
        Dictionary(uniqueKeysWithValues: keys.compactMap { key in self[key].map { (key, $0) } })
    }
}
