extension DynamoDB {
    /// What an update does to an item, `Update().set("status", .s("DONE")).add("attempts", 1).remove("error")`.
    ///
    /// All actions see the item as it was before. An attribute may be named once only.
    public struct Update: Sendable, Hashable {
        private enum Action: Hashable {
            case set(Attribute, UpdateValue)
            case add(Attribute, AttributeValue)
            case delete(Attribute, AttributeValue)
            case remove(Attribute)
        }

        private var actions: [Action] = []

        /// Creates an update that does nothing yet.
        public init() {}

        /// Whether the update does nothing.
        public var isEmpty: Bool { actions.isEmpty }

        /// Sets an attribute to what is computed from the item; the way to the attribute must be there.
        public func set(_ attribute: Attribute, to value: UpdateValue) -> Update { adding(.set(attribute, value)) }

        /// Adds to a number, or elements to a set; an attribute that is not there counts as 0 or as empty.
        public func add(_ attribute: Attribute, _ value: AttributeValue) -> Update { adding(.add(attribute, value)) }

        /// Takes elements out of a set.
        public func delete(_ attribute: Attribute, _ elements: AttributeValue) -> Update {
            adding(.delete(attribute, elements))
        }

        /// Removes an attribute, or an element of a list, if it is there.
        public func remove(_ attribute: Attribute) -> Update { adding(.remove(attribute)) }

        private func adding(_ action: Action) -> Update {
            var update = self
            update.actions.append(action)
            return update
        }

        /// The expression's text; what it names goes into the aliases.
        func render(_ aliases: inout ExpressionAliases) -> String {
            var (set, remove, add, delete) = ([String](), [String](), [String](), [String]())
            for action in actions {
                switch action {
                case .set(let attribute, let value):
                    set.append("\(aliases.name(attribute)) = \(value.render(&aliases))")
                case .add(let attribute, let value):
                    add.append("\(aliases.name(attribute)) \(aliases.value(value))")
                case .delete(let attribute, let value):
                    delete.append("\(aliases.name(attribute)) \(aliases.value(value))")
                case .remove(let attribute):
                    remove.append(aliases.name(attribute))
                }
            }
            return [("SET", set), ("REMOVE", remove), ("ADD", add), ("DELETE", delete)]
                .filter { !$0.1.isEmpty }
                .map { "\($0.0) \($0.1.joined(separator: ", "))" }
                .joined(separator: " ")
        }
    }
}

extension DynamoDB.Update {
    /// Sets an attribute.
    public func set(_ name: String, _ value: DynamoDB.AttributeValue) -> Self {
        set(DynamoDB.Attribute(name), to: .value(value))
    }

    /// Sets an attribute unless the item has it.
    public func setIfNotExists(_ name: String, _ value: DynamoDB.AttributeValue) -> Self {
        let attribute = DynamoDB.Attribute(name)
        return set(attribute, to: .ifNotExists(attribute, .value(value)))
    }

    /// Adds to a number, or elements to a set; an attribute that is not there counts as 0 or as empty.
    public func add(_ name: String, _ value: DynamoDB.AttributeValue) -> Self { add(DynamoDB.Attribute(name), value) }

    /// Adds to a number; an attribute that is not there counts as 0.
    public func add(_ name: String, _ value: Int) -> Self { add(name, .n(value)) }

    /// Takes elements out of a set.
    public func delete(_ name: String, _ elements: DynamoDB.AttributeValue) -> Self {
        delete(DynamoDB.Attribute(name), elements)
    }

    /// Removes an attribute, if it is there.
    public func remove(_ name: String) -> Self { remove(DynamoDB.Attribute(name)) }
}
