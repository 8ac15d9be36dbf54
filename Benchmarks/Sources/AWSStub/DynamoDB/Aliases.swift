import JobsysJSON

/// What the aliases in a request's expressions stand for.
struct Aliases {
    private let names: JSONValue?
    private let values: JSONValue?

    init(_ input: Input) {
        names = input.json["ExpressionAttributeNames"]
        values = input.json["ExpressionAttributeValues"]
    }

    /// The attribute that a word of an expression names; attributes within attributes are not known here.
    func name(_ word: String) throws(Refusal) -> String {
        guard word.hasPrefix("#") else {
            guard !word.contains("."), !word.contains("[") else { throw .invalid("The path \(word)") }
            return word
        }
        guard let name = names?[word]?.stringValue else { throw .invalid("The alias \(word)") }
        return name
    }

    func value(_ word: String) throws(Refusal) -> JSONValue {
        guard let value = values?[word] else { throw .invalid("The alias \(word)") }
        return value
    }
}
