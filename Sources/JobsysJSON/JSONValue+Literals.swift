extension JSONValue: ExpressibleByNilLiteral {
    /// Creates null.
    public init(nilLiteral: ()) {
        self = .null
    }
}

extension JSONValue: ExpressibleByBooleanLiteral {
    /// Creates a boolean.
    public init(booleanLiteral value: Bool) {
        self = .bool(value)
    }
}

extension JSONValue: ExpressibleByIntegerLiteral {
    /// Creates a number.
    public init(integerLiteral value: Int) {
        self = .int(value)
    }
}

extension JSONValue: ExpressibleByFloatLiteral {
    /// Creates a number, which must be finite.
    public init(floatLiteral value: Double) {
        guard let number = JSONNumber(value) else { preconditionFailure("JSON has no infinite numbers") }
        self = .number(number)
    }
}

extension JSONValue: ExpressibleByStringLiteral {
    /// Creates a string.
    public init(stringLiteral value: String) {
        self = .string(value)
    }
}

extension JSONValue: ExpressibleByArrayLiteral {
    /// Creates an array.
    public init(arrayLiteral elements: JSONValue...) {
        self = .array(elements)
    }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
    /// Creates an object; the literal's names must differ.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        let object = JSONObject(elements)
        precondition(object.count == elements.count, "a name appears twice in the literal of a JSON object")
        self = .object(object)
    }
}

extension JSONValue {
    /// The number of an integer.
    public static func int(_ value: Int) -> JSONValue {
        .number(JSONNumber(value))
    }
}
