import FoundationEssentials
import JobsysJSON

extension JSONValue {
    /// The object without some of its members.
    func removing(_ keys: String...) -> JSONValue {
        guard var members = objectValue else { return self }
        for key in keys { members[key] = nil }
        return .object(members)
    }

    /// A member that is an instant as the contract wants it: RFC 3339, UTC, milliseconds.
    func time(_ key: String) throws -> Date {
        guard let text = self[key]?.stringValue, text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil
        else {
            throw HarnessError("\(key) is not an instant with milliseconds: \(self)")
        }
        return try Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// A member that is a text.
    func text(_ key: String) throws -> String {
        guard let text = self[key]?.stringValue else { throw HarnessError("\(key) is not a text: \(self)") }
        return text
    }
}
