import JobsysJSON

/// Something that is as it should be, or is not.
struct Finding: Equatable {
    /// How much it matters.
    enum Weight: String {
        /// As it should be.
        case fine
        /// Worth to know.
        case note
        /// Something does not work, or will not for long.
        case problem
    }

    var weight: Weight
    /// What it is about, in a word or two.
    var topic: String
    /// What was found.
    var text: String
    /// What to do about it; nil for nothing.
    var advice: String?

    /// Something that is as it should be.
    static func fine(_ topic: String, _ text: String) -> Finding {
        Finding(weight: .fine, topic: topic, text: text)
    }

    /// Something worth to know.
    static func note(_ topic: String, _ text: String, _ advice: String? = nil) -> Finding {
        Finding(weight: .note, topic: topic, text: text, advice: advice)
    }

    /// Something that does not work.
    static func problem(_ topic: String, _ text: String, _ advice: String? = nil) -> Finding {
        Finding(weight: .problem, topic: topic, text: text, advice: advice)
    }

    /// As a document.
    var document: JSONValue {
        var document: JSONObject = [:]
        document["weight"] = .string(weight.rawValue)
        document["topic"] = .string(topic)
        document["text"] = .string(text)
        document["advice"] = advice.map(JSONValue.string)
        return .object(document)
    }

    /// As lines for people.
    var lines: [String] {
        let mark = ["fine": "  ok      ", "note": "  note    ", "problem": "! PROBLEM "][weight.rawValue] ?? ""
        return ["\(mark)\(topic): \(text)"] + (advice.map { ["          \($0)"] } ?? [])
    }
}
