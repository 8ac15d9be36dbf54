extension DynamoDB {
    /// What an update does to an item, `Update().set("status", .s("DONE")).add("attempts", 1).remove("error")`.
    ///
    /// All actions see the item as it was before. An attribute may be named once only.
    public struct Update: Sendable, Hashable {
        private enum Action: Hashable {
            case set(String, AttributeValue)
            case setIfNotExists(String, AttributeValue)
            case add(String, AttributeValue)
            case delete(String, AttributeValue)
            case remove(String)
        }

        private var actions: [Action] = []

        /// Creates an update that does nothing yet.
        public init() {}

        /// Whether the update does nothing.
        public var isEmpty: Bool { actions.isEmpty }

        /// Sets an attribute.
        public func set(_ name: String, _ value: AttributeValue) -> Update { adding(.set(name, value)) }

        /// Sets an attribute unless the item has it.
        public func setIfNotExists(_ name: String, _ value: AttributeValue) -> Update {
            adding(.setIfNotExists(name, value))
        }

        /// Adds to a number, or elements to a set; an attribute that is not there counts as 0 or as empty.
        public func add(_ name: String, _ value: AttributeValue) -> Update { adding(.add(name, value)) }

        /// Adds to a number; an attribute that is not there counts as 0.
        public func add(_ name: String, _ value: Int) -> Update { add(name, .n(value)) }

        /// Takes elements out of a set.
        public func delete(_ name: String, _ elements: AttributeValue) -> Update { adding(.delete(name, elements)) }

        /// Removes an attribute, if it is there.
        public func remove(_ name: String) -> Update { adding(.remove(name)) }

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
                case .set(let name, let value):
                    set.append("\(aliases.name(name)) = \(aliases.value(value))")
                case .setIfNotExists(let name, let value):
                    let alias = aliases.name(name)
                    set.append("\(alias) = if_not_exists(\(alias), \(aliases.value(value)))")
                case .add(let name, let value): add.append("\(aliases.name(name)) \(aliases.value(value))")
                case .delete(let name, let value): delete.append("\(aliases.name(name)) \(aliases.value(value))")
                case .remove(let name): remove.append(aliases.name(name))
                }
            }
            return [("SET", set), ("REMOVE", remove), ("ADD", add), ("DELETE", delete)]
                .filter { !$0.1.isEmpty }
                .map { "\($0.0) \($0.1.joined(separator: ", "))" }
                .joined(separator: " ")
        }
    }
}
