extension JSONWriter {
    /// Writes any value.
    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .number(let value): number(value)
        case .string(let text): string(text)
        case .array(let elements):
            array { writer in
                for element in elements { writer.value(element) }
            }
        case .object(let object):
            self.object { writer in
                for member in object.members { writer.member(member.key, member.value) }
            }
        }
    }

    /// Writes an object around what the closure writes.
    public mutating func object<Failure: Error>(
        _ members: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        beginObject()
        try members(&self)
        endObject()
    }

    /// Writes an array around what the closure writes.
    public mutating func array<Failure: Error>(
        _ elements: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        beginArray()
        try elements(&self)
        endArray()
    }

    /// Writes a member that is an object.
    public mutating func object<Failure: Error>(
        _ name: String,
        _ members: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        key(name)
        try object(members)
    }

    /// Writes a member that is an array.
    public mutating func array<Failure: Error>(
        _ name: String,
        _ elements: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        key(name)
        try array(elements)
    }

    /// Writes a member.
    public mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    /// Writes a member.
    public mutating func member(_ name: String, _ value: Int) {
        key(name)
        int(value)
    }

    /// Writes a member.
    public mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    /// Writes a member.
    public mutating func member(_ name: String, _ value: JSONValue) {
        key(name)
        self.value(value)
    }

    /// Writes a member unless the value is nil.
    public mutating func member(_ name: String, ifPresent value: String?) {
        if let value { member(name, value) }
    }

    /// Writes a member unless the value is nil.
    public mutating func member(_ name: String, ifPresent value: Int?) {
        if let value { member(name, value) }
    }

    /// Writes a member unless the value is nil.
    public mutating func member(_ name: String, ifPresent value: Bool?) {
        if let value { member(name, value) }
    }

    /// Writes a member unless the value is nil.
    public mutating func member(_ name: String, ifPresent value: JSONValue?) {
        if let value { member(name, value) }
    }
}
