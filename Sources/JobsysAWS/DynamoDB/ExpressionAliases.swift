import JobsysJSON

extension DynamoDB {
    /// The names and values of a request's expressions, under aliases such as `#n0` and `:v0`.
    struct ExpressionAliases {
        private var names: [String] = []
        private var indexes: [String: Int] = [:]
        private var values: [AttributeValue] = []

        /// The alias of an attribute; the same name always gets the same one.
        mutating func name(_ attribute: Attribute) -> String {
            var text = ""
            for step in attribute.path {
                switch step {
                case .name(let name): text += (text.isEmpty ? "" : ".") + self.name(name)
                case .index(let index): text += "[\(index)]"
                }
            }
            return text
        }

        mutating func name(_ name: String) -> String {
            if let index = indexes[name] { return "#n\(index)" }
            indexes[name] = names.count
            names.append(name)
            return "#n\(names.count - 1)"
        }

        /// The alias of a value.
        mutating func value(_ value: AttributeValue) -> String {
            values.append(value)
            return ":v\(values.count - 1)"
        }

        /// Writes the members that resolve the aliases; DynamoDB refuses empty ones.
        func encode(to writer: inout JSONWriter) {
            if !names.isEmpty {
                writer.object("ExpressionAttributeNames") { writer in
                    for (index, name) in names.enumerated() { writer.member("#n\(index)", name) }
                }
            }
            if !values.isEmpty {
                writer.object("ExpressionAttributeValues") { writer in
                    for (index, value) in values.enumerated() {
                        writer.key(":v\(index)")
                        value.encode(to: &writer)
                    }
                }
            }
        }
    }
}
